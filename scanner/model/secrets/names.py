"""What a value must look like to be a secret, by what its name says.

A name is split into words, however it is spelled. As in any English name the last word says what is held: a secret
(`db_password`), or something about one (`password_file`, `TOKEN_TYPE`). The words before it say of what kind it is: an
`api_token` is a secret, a `pad_token` is one of a tokenizer's.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from scanner.model.patterns import pattern
from scanner.model.secrets.values import Looks


def _vocabulary(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: no value is a secret by such a name
NEVER = len(Looks)

_PASSWORDS = _vocabulary(
    "contrasena kennwort passcode passe passkey passphrase passwd password passwords passwort pwd senha wachtwoord"
)
_SHORT_PASSWORDS = frozenset(("pass", "pw"))
_SECRETS = frozenset(("secret", "secrets"))
_TOKENS = frozenset(("token", "tokens"))
_KEYS = frozenset(("key", "keys"))
#: Often a name, a class or a scheme, and a secret by what it looks like.
_OTHERS = _vocabulary("auth authorization bearer cred credential credentials creds jwt pat sas")

#: What a token, a key or a secret is for, where it is one to keep.
_PURPOSES = _vocabulary(
    "access api app application auth authentication authorization bearer bot client consumer cookie deploy"
    " django flask git github gitlab hf hmac hub hugging huggingface jwt nextauth oauth pat personal private"
    " refresh registry secret security service session shared sign signing slack sso vault wandb webhook"
)
_KEY_PURPOSES = _vocabulary("access api auth authentication hmac jwt private secret sign signing")
#: Keys that may be names too: of an account, of a key in a key service.
_KEYS_BY_LOOKS = _vocabulary(
    "account admin app application client consumer encryption function host license master service session"
    " shared ssh storage subscription write"
)
_KEYS_OF_NONE = _vocabulary(
    "blob bucket cache cmek cmk commit dedup etag experiment file foreign gpg hash hashed idempotency"
    " instrumentation kms object partition public publishable recv run s3 site sort"
)
#: Whose passwords are called `pass`: elsewhere that is a run over data.
_ACCOUNTS = _vocabulary(
    "admin amqp bind database db email ftp imap keystore ldap mail mongo mqtt mysql pg postgres proxy rabbitmq redis"
    " root smtp sql ssh sudo truststore user vnc"
)
#: Before `token`, these speak of text.
_OF_TEXT = _vocabulary(
    "added additional audio bad batch batched begin blank bos boundary class cls context decoder delimiter"
    " document embedding encoder end entity eos extra fim first forced generated image initializer input"
    " instance label last mask max middle min modifier new newline next num number object output pad padding"
    " per placeholder prefill prefix prompt query sentence sep separator space special start stop sub suffix"
    " suppress text think thinking tool total trigger unk unknown video vision visual vocab word"
)
#: As the last word, these are about a secret and hold none.
_ABOUT = _vocabulary(
    "action age alg algorithm arn attempts attribute audience backend behavior behaviour bucket bytes class"
    " classes column config configuration count days description dialect dim dir directory domain dropout"
    " duration email enabled encoder encoding endpoint engine env environment expiration expire expires expiry"
    " extension field file filename fingerprint folder format hash header headers help hint host hostname"
    " hours id identifier ids index interval issuer kind label labels language len length level lifetime"
    " limit limiter limits location login manager max message method min minutes mode model name names"
    " namespace num number ordering owner param parameter path paths pattern period policy port position"
    " prefix principal project prompt provider rate ratio ref reference regex region requests required"
    " resource retention rotation rule rules schema scheme scope scopes seconds server service size sizes"
    " source status storage store strategy suffix template thumbprint timeout title ttl type types unit uri"
    " url urls user username validator validity var variable vault version versions vocab weight weights window zone"
)
#: As the last word, these say which of several it is.
_WHICH = _vocabulary(
    "b64 backup base base64 clear cleartext current default dev development encoded live local new next old"
    " plain plaintext previous primary prod production qa raw secondary stage staging str string test text uat"
    " v val value"
)
#: With these a name is a question or an order, and its value an answer, most of the time.
_SWITCHES = _vocabulary(
    "allow check disable enable force generate has hide ignore is no random require reset rotate should show"
    " skip trust use validate verify with without"
)

#: Letters of a name, at its end, that are looked at: no service allows more, and what is held is said last.
_LONGEST = 1024
#: The storage account that a setting of Hadoop's is for stands after its name.
_OF_ACCOUNT = pattern(r"\.[\w\-]+\.(?:blob|dfs)\.core\.[a-z.]+$")
_SEGMENT = pattern(r"[0-9A-Za-z]+")
_WORD = pattern(r"[sS]3(?![0-9])|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_LETTERS = pattern(r"[sS]3(?![0-9])|[A-Za-z]+")
#: What is written together with other words: at the end (`dbpassword`), and before what is about it (`tokentype`).
_TOGETHER = {
    word: (word,)
    for word in sorted((_PASSWORDS | _SECRETS | _TOKENS | {"credential", "credentials"}), key=len, reverse=True)
} | {
    f"{purpose}key": (purpose, "key")
    for purpose in sorted(_KEY_PURPOSES | _KEYS_BY_LOOKS | {"openai", "primary", "secondary", "wandb"})
}
#: What a name that speaks of a secret has in it, in small letters. Most have none, and to split them takes long.
_SPEAKING = _PASSWORDS | _SHORT_PASSWORDS | _SECRETS | _TOKENS | _KEYS | _OTHERS
_PARTS = tuple(sorted(word for word in _SPEAKING if not any(other in word for other in _SPEAKING - {word})))


def needed(name: str) -> int:
    """What a value of this name must look like, at least, to be a secret; NEVER if nothing will do."""
    return _needed(name[-_LONGEST:])


@lru_cache(maxsize=4096)  # the same variables are set everywhere
def _needed(name: str) -> int:
    lowered = name.lower()
    if not any(part in lowered for part in _PARTS):
        return NEVER
    words = words_of(_OF_ACCOUNT.sub("", name))
    while len(words) > 1 and words[-1] in _WHICH:
        words = words[:-1]
    if words[-2:] == ("secret", "id") and "vault" in words:
        return Looks.ODD  # the password of an AppRole of HashiCorp Vault
    if not words or not speaks_of_secrets(words) or words[-1] in _ABOUT:
        return NEVER
    level = _level(words[-1], words[:-1])
    return max(level, Looks.ODD) if _SWITCHES.intersection(words) and level < NEVER else level


def _level(last: str, words: tuple[str, ...]) -> int:
    before = frozenset(words)
    if last in _PASSWORDS:
        return Looks.WORDS
    if last in _SHORT_PASSWORDS:
        return Looks.WORDS if before & _ACCOUNTS else Looks.ODD
    if last in _SECRETS:
        return Looks.WORDS if before & _PURPOSES else Looks.WORD  # of several words it names a stored one
    if last in _TOKENS:
        return _of_token(last, before)
    if last in _KEYS:
        return _of_key(words[-1:], before)
    if last in _OTHERS or before & _PASSWORDS or ("key" in before and before & _KEY_PURPOSES):
        return Looks.ODD
    return Looks.GENERATED


def _of_token(last: str, before: frozenset[str]) -> int:
    if before & _OF_TEXT:
        return Looks.GENERATED
    if before & _PURPOSES:
        return Looks.WORDS
    return Looks.ODD if last == "token" else Looks.GENERATED


def _of_key(nearest: tuple[str, ...], before: frozenset[str]) -> int:
    if before & _KEYS_OF_NONE and not _KEY_PURPOSES.intersection(nearest):
        return NEVER
    if before & _KEY_PURPOSES:
        return Looks.WORDS
    return Looks.ODD if before & _KEYS_BY_LOOKS else Looks.GENERATED


def speaks_of_secrets(words: tuple[str, ...]) -> bool:
    """Whether a name is of a secret or about one."""
    if any(word in _PASSWORDS or word in _SECRETS or word in _TOKENS for word in words):
        return True
    if words[-1:] and words[-1] in _KEYS | _OTHERS | _SHORT_PASSWORDS:
        return True
    pairs = pairwise(words)
    return "credentials" in words or any(word in _KEY_PURPOSES and after in _KEYS for word, after in pairs)


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, without its digits."""
    return tuple(_joined(word for segment in _SEGMENT.findall(name[-_LONGEST:]) for word in _of_segment(segment)))


def _of_segment(segment: str) -> list[str]:
    spelled = [part for word in _WORD.findall(segment) for part in _parts(word.lower())]
    if speaks_of_secrets(tuple(spelled)):
        return spelled
    together = [part for word in _LETTERS.findall(segment) for part in _parts(word.lower())]
    return together if speaks_of_secrets(tuple(together)) else spelled  # APIkey is no Ikey of AP


def _parts(word: str) -> list[str]:
    if word in _ABOUT:
        return [word]
    for ending, parts in _TOGETHER.items():
        if word.endswith(ending):
            rest = word.removesuffix(ending)
            return [*(_parts(rest) if rest else ()), *parts]
        if word.startswith(ending) and word.removeprefix(ending) in _ABOUT:
            return [*parts, word.removeprefix(ending)]
    for ending in _SHORT_PASSWORDS:
        if word.endswith(ending) and word.removesuffix(ending) in _ACCOUNTS:
            return [word.removesuffix(ending), ending]
    if word.startswith("password"):
        return ["password", word.removeprefix("password")]
    return [word]


def _joined(words: Iterator[str]) -> Iterator[str]:
    """`pass_word` is a password."""
    before = ""
    for word in words:
        if before == "pass" and word in ("word", "phrase", "code"):
            before = before + word
            continue
        if before:
            yield before
        before = word
    if before:
        yield before
