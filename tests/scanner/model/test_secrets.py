"""Secrets are recognised by shape or by name; references to secrets are not secrets."""

from __future__ import annotations

import base64
import json
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scanner.model.sanitize import REDACTED, encode, redact
from scanner.model.secrets.detect import suspicious_names
from scanner.model.secrets.shapes import SHAPES as GROUPS
from scanner.model.secrets.shapes import has_shape, may_hold_secret

SHAPES = [(needed, start, shape._text) for needed, shapes in GROUPS for start, shape in shapes]
#: All shapes, searched without looking for fixed text first.
PLAINLY = [re.compile(shape) for _, _, shape in SHAPES]
#: What stands for a credential where none is.
BLANK = re.compile(r"(?i)x{8}|\*{8}")
#: What Logic Apps and Power Automate sign an address with: with signs of base64 in URLs, and for ever.
SIGNED = "sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=Ab1-dE2_fG3hI4jK5lM6nO7pQ8rS9tU0vW1xY2zA3bC"
credentials = st.one_of(*(st.from_regex(shape, fullmatch=True) for _, _, shape in SHAPES)).filter(
    lambda text: not BLANK.search(text)
)
#: What comes near: parts of shapes, with and without what must stand beside them.
fragments = st.one_of(
    credentials,
    st.sampled_from([start for _, start, _ in SHAPES]),
    st.sampled_from(
        ["proj-", "a", "A1" * 10, "xoxb-", "?", "&", "%2F" * 8, "PRIVATE KEY-----", ".eyJ", "https", "u:p", "@"]
    ),
    st.text("aA1-_.:/@=+ \n", max_size=24),
)
texts = st.lists(fragments, max_size=6).map("".join)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KEY", "AKIAIOSFODNN7EXAMPLE"),
        ("DB_PASSWORD", "correct-horse-battery"),
        ("api-key", "0123456789abcdef"),
        ("HF", "hf_" + "a" * 34),
        ("OPENAI", "sk-" + "a1" * 16),
        ("OPENAI", "sk-proj-" + "a1-_" * 8),
        ("URL", "postgres://user:hunter22@db.example.com/x"),
        ("STORE", "DefaultEndpointsProtocol=https;AccountKey=" + "A" * 40),
        ("PEM", "-----BEGIN RSA PRIVATE KEY-----\nx"),
        ("CONNECTION_STRING", "Server=db;Password=hunter22"),
        ("MY_SECRET_2", "zzzzzzzz"),
        ("PASSWORD1", "Kq4!vd71Xn"),
        ("PGPASSWORD", "Kq4!vd71Xn"),
        ("dbPassword", "Kq4!vd71Xn"),
        ("rootpw", "Kq4!vd71Xn"),
        ("DB_PASS", "hunter22"),
        ("AMQP_PASS", "Kq4!vd71Xn"),
        ("DB_PASSWORD_PROD", "Kq4!vd71Xn"),
        ("MYSQL_ROOT_PASSWORD", "admin"),
        ("apikey2", "0123456789abcdef"),
        ("HFTOKEN", "a8sd7f6a8sd7f6as8d7f"),
        ("secretKey", "S3cret-pw-2031"),
        ("SECRETACCESSKEY", "a8sd7f6a8sd7f6as8d7f"),
        ("AWS_SECRET_ACCESS_KEY", "/bPxRfiCYwJalrXUtnFEMIK7MDENGbEXAMPLEKEY"),
        ("SEARCH_ADMIN_KEY", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
        ("BASIC_AUTH", "scorer:Kq4!vd71Xn"),
        ("REDIS_URL", "redis://:Kq4vd71Xn@cache.example.com:6379/0"),
        ("JDBC", "jdbc:postgresql://db.example.com/runs?user=app&password=Kq4vd71Xn"),
        ("QUEUE", "Endpoint=sb://x.example.com/;SharedAccessKeyName=send;SharedAccessKey=" + "Zm9v" * 10 + "="),
        ("ODBC", "Server=db.example.com;UID=app;PWD=Kq4vd71Xn"),
        ("LIBPQ", "host=db.example.com user=app password=Kq4vd71Xn"),
        ("CONFIG", '{"db": {"user": "app", "password": "Kq4vd71Xn"}}'),
        ("VARIABLES", '[{"name": "DB_PASSWORD", "value": "Kq4vd71Xn"}]'),
        ("api_key", '"Kq4vd71Xn"'),
        ("JAVA_OPTS", "-Xmx4g -Djavax.net.ssl.trustStorePassword=Kq4vd71Xn"),
        ("container-env", "LOG_LEVEL=info,DB_PASSWORD=Kq4vd71Xn,PORT=8080"),
        ("startup-script", "#!/bin/bash\nexport DB_PASSWORD='Kq4vd71Xn'\nrun\n"),
        ("startup-script", '#!/bin/bash\ncurl -H "Authorization: Bearer a8sd7f6a8sd7f6as8d7f" x\n'),
        ("startup-script", "#!/bin/bash\ncurl --user ada:Kq4vd71Xn https://example.com\n"),
        ("startup-script", "cat > /etc/x <<END\ndb:\n  password: Kq4vd71Xn\nEND\n"),
        ("DB_PASSWORD", "p@ssw@rd"),
        ("DB_PASSWORD", "[x7#kP2q]"),
        ("MILVUS_TOKEN", "root:Milvus"),
        ("milvus_token", "db_admin:vectors"),
        ("HOOK", f"https://x.westeurope.logic.azure.com/workflows/a/triggers/manual/paths/invoke?{SIGNED}"),
        ("HOOK", f"https://x.environment.api.powerplatform.com/powerautomate/workflows/a/triggers/manual?{SIGNED}"),
        ("HOOK", f"<a href='https://x.westeurope.logic.azure.com/workflows/a?{SIGNED.replace('&', '&amp;')}'>"),
    ],
)
def test_secrets(name: str, value: str) -> None:
    assert suspicious_names({name: value, "PLAIN": "eu-west-1"}) == (name,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"),
        ("DB_PASSWORD", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"),
        ("DB_PASSWORD", "projects/example/secrets/db/versions/1"),
        ("API_KEY", "${secrets.api_key}"),
        ("PASSWORD", "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/x)"),
        ("MAX_TOKENS", "4096"),
        ("TOKENIZERS_PARALLELISM", "false"),
        ("TOKEN_URI", "https://oauth2.example.com/token"),
        ("MONKEY", "banana-split"),
        ("NAME", "sk-learn-training-pipeline-of-the-team"),
        ("eos_token", "<|endoftext|>"),
        ("pad_token", '"[PAD]"'),
        ("PASSWORD", ""),
        ("S3_URL", "https://models.s3.amazonaws.com/model.tar.gz"),
        ("num_tokens", "1000000000"),
        ("max_tokens_per_batch", "16384.0"),
        ("special_tokens", '["<s>", "</s>"]'),
        ("pad_token_strategy", "longest"),
        ("token_embedding_storage_type", "row_sparse"),
        ("tokenizer_type", "GPT2BPETokenizer"),
        ("tokentype", "wordpiece"),
        ("initializer_token", "painting"),
        ("TOKEN_LIMIT_POLICY", "truncate"),
        ("API_KEY_HEADER", "X-Api-Key"),
        ("SECRET_MANAGER_REGION", "eu-west-1"),
        ("SECRET_MANAGER_PROJECT", "example-vault-prod"),
        ("CREDENTIALS_PROVIDER", "InstanceProfile"),
        ("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential"),
        ("DB_SECRET", "prod/churn/db-credentials"),
        ("DB_SECRET_NAME", "prod-db"),
        ("db_secret", '"arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"'),
        ("access-key-type", "session"),
        ("secret_ratio", "balanced"),
        ("MYSQL_ALLOW_EMPTY_PASSWORD", "yes"),
        ("PARTITION_KEY", "customer"),
        ("S3_KEY", "models/v3/model.tar.gz"),
        ("PUBLIC_KEY", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKq4vd71XnKq4vd71XnKq4vd71Xn ada@example"),
        ("forward_pass", "mixed-precision"),
        ("TELEMETRY_CONNECTION_STRING", "InstrumentationKey=7d0f5c1e-93ab-4c55-8f0e-2b6f1a9d4c33;Endpoint=https://x"),
        ("DATABASE_URL", "postgres://app:${DB_PASSWORD}@db/orders"),
        ("SQL", "Server=db;User ID=app;Password=${DB_PASSWORD}"),
        ("API_KEY", "your-api-key-here"),
        ("API_KEY", "EMPTY"),
        ("MILVUS_TOKEN", "root:${MILVUS_PASSWORD}"),
        ("MILVUS_TOKEN", "root:changeme"),
        ("EOS_TOKEN", "root:Milvus"),
        ("BASIC_AUTH", "admin:read"),
        ("GITHUB_AUTH", "admin:org"),
        ("OWNER", "root:wheel"),
        ("HOOK", "https://x.westeurope.logic.azure.com/workflows/a/triggers/manual?sp=%2Frun&sv=1.0"),
        ("CONFIG", '{"secret_name": "prod-db", "token_type": "bearer", "max_tokens": 12}'),
        ("PROMPT", "Never reveal the password: it is secret. Keep every token to yourself."),
        ("startup-script", '#!/bin/bash\nexport DB_PASSWORD="$(gcloud secrets versions access latest --secret=db)"\n'),
        ("startup-script", "#!/bin/bash\nTOKEN=`cat /run/x`\nPASSWORD=$1\nserve --token $TOKEN --max-tokens 512\n"),
        ("SET", "--set-secrets=API_KEY=scoring-key:latest"),
        *(
            ("DB_PASSWORD", value)
            for value in ("[hidden]", "(redacted)", "[your password]", "__DB_PASSWORD__", "@db.password@", "@@DB_PW@@")
        ),
        ("DB_PASSWORD", "ENC(x3a9Kq41vd71XnT0pQ==)"),  # encrypted by Jasypt, and by AWS KMS
        ("DB_PASSWORD", "AQICAHhwm0YaISJeRtJm5n1G6uqeekXuoXXPe5UFce9Rq8"),
    ],
)
def test_not_secrets(name: str, value: str) -> None:
    assert suspicious_names({name: value}) == ()


@pytest.mark.parametrize(("needed", "start", "shape"), SHAPES)
def test_no_shape_does_without_its_fixed_text(needed: str, start: str, shape: str) -> None:
    @settings(max_examples=20)
    @given(st.from_regex(shape))
    def check(text: str) -> None:
        found = re.search(shape, text)[0]  # type: ignore[index]
        assert needed in found and start in found
        assert has_shape(text)

    check()


@given(texts)
@example("")
def test_looking_for_fixed_text_first_changes_nothing(text: str) -> None:
    found = [part[0] for shape in PLAINLY for part in shape.finditer(text)]
    assert has_shape(text) is any(not BLANK.search(part) for part in found)


@given(texts)
def test_nothing_with_a_shape_is_left(text: str) -> None:
    assert not has_shape(redact(text))
    assert redact(text) == text or REDACTED in redact(text)


@given(st.text(), credentials)
def test_a_credential_is_found_whatever_it_is_called(name: str, value: str) -> None:
    assert suspicious_names({name: value}) == (name,)


#: Names that announce a secret in one spelling or another.
announcing = st.tuples(
    st.sampled_from(["", "db_", "MY-", "app."]), st.sampled_from(["password", "API_KEY", "clientSecret", "apiToken"])
).map("".join)
variables = st.from_regex(r"[A-Z][A-Z_]{1,20}", fullmatch=True)
stored = st.from_regex(r"[a-z]{2,9}(-[a-z]{2,9}){0,2}", fullmatch=True)
harmless = st.one_of(
    st.integers().map(str),
    st.floats(allow_nan=False).map(str),
    st.sampled_from(["true", "False", "yes", "off", "None", "null"]),
    stored.map(lambda name: f"arn:aws:secretsmanager:eu-west-1:111122223333:secret:{name}"),
    stored.map(lambda name: f"projects/example/secrets/{name}/versions/latest"),
    stored.map(lambda name: f"https://{name}.vault.azure.net/secrets/{name}"),
    stored.map(lambda name: f"@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/{name})"),
    stored.map(lambda name: f"{{{{resolve:secretsmanager:{name}:SecretString:password}}}}"),
    stored.map(lambda name: f"/run/secrets/{name}"),
    stored.map(lambda name: f"s3://{name}/key.json"),
    stored.map(lambda name: f"<{name}>"),
    variables.map(lambda name: f"${{{name}}}"),
    variables.map(lambda name: f"$({name})"),
    variables.map(lambda name: f"${name}"),
    variables.map(lambda name: f"${{{{secrets.{name}}}}}"),
)


@given(announcing | st.text(max_size=20), harmless)
@example("password", "12345678901234567890")
def test_a_number_a_switch_or_a_reference_is_no_secret_whatever_it_is_called(name: str, value: str) -> None:
    for spelled in (value, json.dumps(value), json.dumps(json.dumps(value))):
        assert suspicious_names({name: spelled}) == ()


@given(announcing, st.from_regex(r"[0-9A-Za-z]{3}[!#+;][0-9A-Za-z]{8}", fullmatch=True))
def test_a_literal_is_found_inside_of_whatever_holds_it(name: str, value: str) -> None:
    for outer, text in (
        (name, value),
        (name, json.dumps(value)),
        ("CONFIG", json.dumps({"inner": [{name: value}]})),
        ("startup-script", f"#!/bin/sh\nexport {name.replace('-', '_')}='{value}'\n"),
        ("OPTIONS", f'--verbose --{name} "{value}"'),
    ):
        assert suspicious_names({outer: text}) == (outer,)


@pytest.mark.parametrize(
    "value",
    [
        base64.b64encode(b"machine git.northwind.example login ada password " + b"Kq4vd71" + b"Xn").decode(),
        json.dumps(["--optimizer", "adamw", "--db_password", "Kq4vd71" + "Xn"]),
        "db.northwind.example:5432:runs:app:" + "Kq4vd71" + "Xn",
        "<server><username>app</username><password>" + "bGWzxe7p9x4CbNkr" + "</password></server>",
        "- name: DB_PASSWORD\n  value: " + "bGWzxe7p9x4CbNkr" + "\n",
        json.dumps([{"Key": "LabelToken", "Value": "ab9d130bd123de25" * 2}]),
        "echo 'ada:" + "Bristle-Canoe9" + "' | chpasswd",
        "app:" + "xwc47OZpqz3aZs" + "@db.northwind.example:3306/scoring",
        "mysql -h db.northwind.example -uroot -p" + "Spindrift77k" + " runs",
        "$p = ConvertTo-SecureString '" + "Nutmeg!Isle83" + "' -AsPlainText -Force",
        "tunnel config add-authtoken " + "2VgfDFa6f40zhUXjtlqV7UUh",
        "mongoexport --host db.northwind.example -u exporter -p " + "SaltMarsh_" + "77",
        "curl --user=ada:" + "Kq4vd71" + "Xn https://example.com",
        "curl -s -uada:" + "Kq4vd71" + "Xn https://example.com",
        "curl -x proxy.example:3128 -U 'ada:" + "Kq4vd71" + "Xn' https://example.com",
        "wget --http-password=" + "Kq4vd71" + "Xn https://example.com",
        "docker login -u ada -p" + "Kq4vd71" + "Xn registry.example",
        "sshpass -p" + "Kq4vd71" + "Xn ssh ada@runs.northwind.example",
        "redis-cli -h cache.northwind.example -a " + "Kq4vd71" + "Xn ping",
        json.dumps(["curl", "-u", "ada:" + "Kq4vd71" + "Xn", "https://example.com"]),
        json.dumps({"command": ["docker", "login", "-p", "Kq4vd71" + "Xn"]}),
        "Notebook of the fraud team. Login: ada / password: " + "BirchBark-" + "19 (ask when it stops)",
        "spark.hadoop.fs.azure.account.key.northwind.dfs.core.windows.net=" + "Lp4Mw9xGlr" * 8 + "==",
    ],
)
def test_secrets_inside_of_texts_and_base64(value: str) -> None:
    assert suspicious_names({"x": value}) == ("x",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x", base64.b64encode(b"#!/bin/sh\nexport LOG_LEVEL=info\npython /opt/sync.py --max-tokens 512\n").decode()),
        ("x", base64.b64encode(bytes(range(120, 250))).decode()),
        ("x", "TOKEN=$(vault kv get -field=password kv/ml/mysql-exp7)"),
        ("x", "aws ecr get-login-password --region eu-west-1 | docker login --username AWS --password-stdin r.example"),
        ("x", "docker login -u oauth2accesstoken -p $(gcloud auth print-access-token) registry.example"),
        ("x", "docker login -p$REGISTRY_PASSWORD registry.example && docker run -p8080:80 serving:9"),
        ("x", "curl -u 'ada:${PASSWORD}' -U <user>:<password> --user=$USER:$PASS https://example.com"),
        ("x", "curl -u ada:YOUR_PASSWORD https://example.com"),
        ("x", "curl -u ada:`vault read -field=password kv/ada` https://example.com"),
        ("x", "date -u '+%Y-%m-%dT%H:%M:%SZ'"),
        ("x", "docker run --user 1000:1000 -u jovyan:users9 notebook:9"),
        ("x", "pip install -U churn@https://example.com/Churn-1.2.3a9.whl"),
        ("x", json.dumps(["curl", "-u", "ada:$PASSWORD", "--user", "<user>:<password>"])),
        ("x", json.dumps(["docker", "run", "--user", "1000:1000", "-p", "8080:80", "serving:9"])),
        ("LLAMA_API_KEY", "llx-xxxxxxxxxxxx"),
        ("AWS_ACCESS_KEY_ID", "AKIAXXXXXXXXXXXXXXXX"),
        ("HF_TOKEN", "hf_" + 34 * "x"),
        ("x", f"docker run -e GITHUB_TOKEN=ghp_{36 * 'x'} serving:9"),
        ("OPENAI_API_KEY", "sk-proj-" + 24 * "x"),
        ("OPENAI_API_KEY", "sk-fake"),
        ("OPENAI_API_KEY", "ollama"),
        ("OPENAI_API_KEY", "lm-studio"),
        ("x", json.dumps(["--password-file", "/run/secrets/db", "--token", "$TOKEN"])),
        ("x", "conn = connect(user=os.environ['DB_USER'], password: os.environ['DB_PASSWORD1'])"),
        ("x", "Never tell the password: it is secret."),
        ("COMET_EXPERIMENT_KEY", "f01c09ea1536440641dd8ef6aa4eae73"),
        ("COHERE_API_KEY", "op://ML Platform/cohere/credential"),
        ("x", "apt-key adv --keyserver keys.northwind.example --recv-keys 99385395F36D59AA272FE09600C165B4B89B91F3"),
    ],
)
def test_texts_that_only_look_like_it(name: str, value: str) -> None:
    assert suspicious_names({name: value}) == ()


@given(st.text() | texts, st.text() | texts)
@example("a", "[" * 100_000)
@example("password", "{" * 20_000)
@example("password", "x" * 20_000 + " y")
@example("password", "$(" * 20_000)
@example("password", "a=" * 20_000)
@example("password", "<" * 20_000)
@example("x", "a." * 20_000)
@example("x", "login " * 5_000)
@example("x", "curl " * 5_000)
@example("x", "docker login " * 5_000)
@example("x", " " + "-" * 100_000)
@example("x", "eyJ" * 30_000)
@example("password", "x y" + ":sk-" * 25_000)
@example("password", "x y" + ":ecdsa-" * 15_000)
@example("password", "set " + " in " * 25_000 + "\nx")
@example("password" * 10_000, "")
@example(".a.blob.core" * 10_000 + "!", "")
@example("x", '{"' + "password" * 10_000 + '": ""}')
@example("password", '"\ud800"')
def test_no_value_is_too_much(name: str, value: str) -> None:
    assert suspicious_names({name: value}) in {(), (name,)}


@given(texts, credentials, texts)
@example('quoted" "', "://u:hunter22@", "\n")
def test_one_look_at_a_document_misses_nothing(before: str, credential: str, after: str) -> None:
    for text in (before + after, before + credential + after):
        if has_shape(text):
            assert may_hold_secret(encode({"list": [text, {"deep": text}]}))


def test_an_ordinary_document_is_not_looked_at_twice() -> None:
    assert not may_hold_secret(b'{"image":"1.dkr.ecr.example.com/a@sha256:0","uri":"s3://bucket/model.tar.gz"}')
