"""Whether a role may take on more rights than it has: the ways of `ways`, asked of one role."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import UNSET, Struct

from checks.aws.blind_spots import ORGANISATION
from checks.aws.iam.answers import NO, NOTHING, UNKNOWN, YES, Answer, Marks, both, either
from checks.aws.iam.conditions import Choice, Keys, Values
from checks.aws.iam.federation import COGNITO
from checks.aws.iam.matching import Places, Targets, glob
from checks.aws.iam.policy import Powers, administrators, shown
from checks.aws.iam.requests import SOMETHING
from checks.aws.iam.resources import Role, Simulation
from checks.aws.iam.simulation import Request, proof, settled
from checks.aws.iam.statements import Rule
from checks.aws.iam.ways import WAYS, Step, Way
from checks.aws.names import account_of
from checks.aws.partitions import partitions, regions
from checks.aws.sagemaker.resources import NotebookInstance
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, not_applicable, passed, unknown
from scanner.model.patterns import pattern
from scanner.model.views import View, Whole

_PASS = "iam:PassRole"  # noqa: S105 - an action
_OF_IAM = ("role", "user", "group", "policy", "provider")
#: How the rest of an ARN begins, by what it is of; of other things only that it begins with the service.
_TYPES = {
    "function": "lambda:{region}:{account}:function:",
    "instance": "ec2:{region}:{account}:instance/",
    "notebook": "sagemaker:{region}:{account}:notebook-instance/",
    "profile": "sagemaker:{region}:{account}:user-profile/",
}
#: Where something is of which no policy says in which region.
_REGION = "eu-west-1"
_WHOLE = pattern(r"arn:[\w-]+:[\w-]+:[\w-]*:(\d{12})?:.*[^:/]")


class Roles(Struct, frozen=True):
    """The roles of an account that were collected, with those that are known to be administrative and those that may
    be; `complete` unless some were not seen."""

    names: Targets
    admins: Marks
    complete: bool


def roles_of_accounts(view: View) -> dict[str, Roles]:
    """An index to be derived once."""
    known = view.derive(administrators)
    seen = view.all(Role)
    answers: dict[str, dict[str, Answer]] = {}
    for role in seen:
        answers.setdefault(account_of(role.id), {})[role.id] = known.look_up(role)[0]
    return {account: _roles(found, complete=seen.complete_in(account)) for account, found in answers.items()}


def _roles(found: Mapping[str, Answer], *, complete: bool) -> Roles:
    names = Targets(found)
    marks = (sum(1 << at for at, name in enumerate(names.names) if found[name] is each) for each in (YES, UNKNOWN))
    return Roles(names, Marks(*marks), complete)


def _grouped(way: Way) -> list[tuple[Step, ...]]:
    """Its steps, those together that are taken on one and the same thing."""
    groups: dict[str, list[Step]] = {}
    for step in way.steps:
        groups.setdefault(step.on if step.on != "new" else step.action, []).append(step)
    return [tuple(steps) for steps in groups.values()]


def _is_whole(name: str) -> bool:
    """Whether a name is that of a thing of some account, and not what such names begin with."""
    return _WHOLE.fullmatch(name) is not None


def _has_no_region(name: str) -> bool:
    return not name.split(":")[3]


_NO_ROLES = Roles(Targets(()), NOTHING, complete=False)


class Notebooks(Struct, frozen=True):
    """The roles that notebooks run as, by account, `None` for one that was not seen; `whole` where none is missing."""

    run_as: dict[str, set[str | None]]
    whole: Whole

    def other_than(self, role: Role) -> Answer:
        """Whether there is a notebook in the account of a role that runs as another one."""
        account = account_of(role.id)
        others = self.run_as.get(account, set()) - {role.id}
        return YES if others - {None} else NO if self.whole.in_account(account) and not others else UNKNOWN


def notebooks(view: View) -> Notebooks:
    """An index to be derived once."""
    seen = view.all(NotebookInstance)
    run_as: dict[str, set[str | None]] = {}
    for notebook in seen:
        run_as.setdefault(notebook.scope.account, set()).add(notebook.role_arn or None)
    return Notebooks(run_as, Whole(seen))


class Escalation:
    """The questions about one role, each asked once."""

    def __init__(self, powers: Powers, view: View) -> None:
        self._powers = powers
        self._view = view
        self._known: dict[tuple[Step, ...], Answer] = {}
        self._services = powers.own.services()
        self._spoken_of: dict[str, bool] = {}
        #: what steps with the answer `yes` are taken on
        self._on: dict[tuple[Step, ...], str] = {}
        #: the stronger role that a step passes, where only some may be passed
        self._passed_to: dict[Step, str] = {}

    def answer(self, way: Way) -> Answer:
        """Whether the role may go it. Most roles speak of none of the services of most ways."""
        if not (self._services is None or way.services <= self._services) or not self._may(way.steps):
            return NO
        answer: Answer = YES
        for steps in _grouped(way):
            answer = both(answer, self._together(steps))
            if answer is NO:
                break
        return answer

    def requests(self, way: Way) -> tuple[Request, ...]:
        """What a role asks for that goes a way with the answer `yes`; none if some part has no example to ask about."""
        groups = _grouped(way)
        if not all(steps in self._on for steps in groups):
            return ()
        return tuple(Request(step.action, self._on[steps]) for steps in groups for step in steps)

    def passed_to(self, way: Way) -> str:
        """The role that has to be passed to go a way; empty where any will do."""
        return next((self._passed_to[step] for step in way.steps if step in self._passed_to), "")

    def _may(self, steps: Iterable[Step]) -> bool:
        """Whether some statement of the role allows each action on something."""
        return all(self._allowed(step.action.lower()) for step in steps)

    def _allowed(self, action: str) -> bool:
        if action not in self._spoken_of:
            about = self._powers.own.about(action).rules
            self._spoken_of[action] = any(not rule.denies for rule in about)
        return self._spoken_of[action]

    def _together(self, steps: tuple[Step, ...]) -> Answer:
        if steps not in self._known:
            self._known[steps] = self._ask(steps)
        return self._known[steps]

    def _ask(self, steps: tuple[Step, ...]) -> Answer:
        on = steps[0].on
        if on == "self":
            return both(self._all(steps, self._powers.role.id), self._powers.shed_boundary())
        if on == "own policy":
            own = (policy.arn or "" for policy in self._powers.role.attached_policies or ())
            texts = [self._all(steps, arn) for arn in own if arn and ":iam::aws:" not in arn]
            return both(either(NO, *texts), self._powers.shed_boundary())
        if steps[0].action == _PASS:
            return self._pass(steps[0])
        if on.startswith("new"):
            return self._some(steps, on.removeprefix("new").strip())
        anything = either(NO, *(self._all(steps, start + SOMETHING) for start in self._beginnings(steps[0])))
        if on == "notebook" and self._may(steps):
            there = self._view.derive(notebooks).other_than(self._powers.role)
            return NO if there is NO else both(there, either(anything, both(UNKNOWN, self._some(steps, on))))
        # Of things that are named, it is not known whether they are there and what they may do.
        return anything if anything is YES else both(UNKNOWN, either(anything, self._some(steps, on)))

    def _all(self, steps: tuple[Step, ...], arn: str) -> Answer:
        answer = both(*(self._powers.allow(step.action, arn, known=self._settled(step)) for step in steps))
        if answer is YES:
            self._on.setdefault(steps, arn)
        return answer

    def _settled(self, step: Step) -> Keys:
        """Keys of a request that the purpose settles: only a policy that gives everything will do."""
        known: dict[str, Values | Choice] = {"iam:policyarn": (self._powers.administrators_policy,)}
        if step.service:
            known["iam:passedtoservice"] = self._named(step.service)
        return known

    def _named(self, service: str) -> Values | Choice:
        """A service as a role is passed to it. In China some have the domain of that part of AWS, such as EC2."""
        names = COGNITO if service in COGNITO else (service, f"{service}.cn")
        if self._powers.partition not in ("aws-cn", "aws-us-gov"):
            return (service,)
        return Choice(lambda name: YES if name in names else NO, names, absent=NO)

    def _some(self, steps: tuple[Step, ...], on: str) -> Answer:
        """Whether all steps are allowed on something, whatever its name."""
        of_service = f"arn:{self._powers.partition}:{steps[0].action.split(':')[0]}:"
        places = Places([], self._beginnings(steps[0]) if on else [of_service])
        documents = self._powers.documents()
        spelled = [documents.spelled_out(step.action.lower(), places)[0] for step in steps]
        named = [*places.targets.names, *(name for names in spelled for name in names)]
        targets = Targets([*named, *(placed for name in named for placed in self._placed(name))])
        found = Marks(targets.everything, 0)
        for step in steps:
            action = step.action.lower()
            keys = self._powers.keys(action, self._settled(step))
            found = found.both(documents.decide(action, targets, keys))
        whole = sorted(filter(_is_whole, targets.chosen(found.yes)), key=_has_no_region)
        if whole:
            self._on.setdefault(steps, whole[0])
        return YES if found.yes else UNKNOWN if found.maybe else NO

    def _placed(self, name: str) -> Iterator[str]:
        """A name with a region and the account where it has wildcards, or nothing, for these."""
        parts = name.split(":", 5)
        if _is_whole(name):
            return
        known = len(parts) > 5 and parts[3] in ("", *regions())
        for region in [parts[3]] if known else self._regions:
            yield ":".join([*parts[:3], region, self._powers.account, "".join(parts[5:]) or SOMETHING])

    @cached_property
    def _regions(self) -> list[str]:
        """The regions that the policies of the role name, by patterns too, and another."""
        rules = [*self._powers.own.rules, *(self._powers.boundary.rules if self._powers.boundary else ())]
        patterns = (pattern.split(":", 5) for rule in rules for pattern in rule.spelled_out())
        named = {parts[3] for parts in patterns if len(parts) > 5} - {"", "*"}
        known = partitions().get(self._powers.partition)
        there = sorted(known.regions if known else regions())
        return list(dict.fromkeys([_REGION, *(each for each in there if any(glob(one, each) for one in named))]))

    def _beginnings(self, step: Step) -> list[str]:
        """What the ARN of a thing begins with, for each region that it may have to be in."""
        on = step.on.removeprefix("new").strip()
        partition, account = self._powers.partition, self._powers.account
        if on in _OF_IAM:
            return [f"arn:{partition}:iam::{account}:{'saml-provider' if on == 'provider' else on}/"]
        of_type = _TYPES.get(on, f"{step.action.split(':')[0]}:{{region}}:{{account}}:")
        return [f"arn:{partition}:" + of_type.format(region=region, account=account) for region in self._regions]

    def _pass(self, step: Step) -> Answer:
        """Whether it may pass a role that has more rights: any role, or one that is known to."""
        [start] = self._beginnings(step)  # roles are in no region
        anything = self._all((step,), start + SOMETHING)
        if anything is YES:
            return YES
        spelled = [name for name in self._spelled(step) if name.startswith(start)]
        if anything is NO and not spelled:
            return NO
        roles = self._view.derive(roles_of_accounts).get(self._powers.account, _NO_ROLES)
        may = self._powers.over(roles.names, _PASS, known=self._settled(step))
        others = roles.names.matched([self._powers.role.id]).opposite(roles.names.everything)
        stronger = may.both(roles.admins).both(others)
        if stronger.yes:
            self._passed_to[step] = self._on[step,] = roles.names.names[stronger.first()]
            return YES
        unseen = Targets(set(spelled) - set(roles.names.names))
        more = self._powers.over(unseen, _PASS, known=self._settled(step))
        is_open = stronger.maybe or more.yes or more.maybe or anything is UNKNOWN or not roles.complete
        return UNKNOWN if is_open else NO

    def allowing(self, way: Way) -> Iterator[Rule]:
        """The statements that allow the steps of a way, each once."""
        found: list[Rule] = []
        for step in way.steps:
            passed = self._passed_to.get(step)
            targets = [passed] if passed else [start + SOMETHING for start in self._beginnings(step)]
            names = (self._powers.role.id, *targets, *self._spelled(step))
            rules = (self._powers.allowing(step.action, name) for name in names)
            rule = next((rule for rule in rules if rule is not None), None)
            if rule is not None and rule not in found:
                found.append(rule)
                yield rule

    def _spelled(self, step: Step) -> Iterator[str]:
        prefix = f"arn:{self._powers.partition}:{step.action.split(':')[0]}:"
        yield from self._powers.documents().spelled_out(step.action.lower(), Places([], [prefix]))[0]


@check(
    id="MLP-1509",
    severity=Severity.HIGH,
    objective="least-privilege",
    since="0.1.0",
    needs=(Role, NotebookInstance, Simulation),
    blind_to=(ORGANISATION, "what other roles trust"),
    decided_by=("attached_policies", "inline_policies"),
)
def iam_ml_role_escalates(role: Role, view: View) -> Verdict:
    """Role of an ML resource can take on more rights than its policies give it.

    Asked are more than a hundred ways that are published: it equips a user or role that it makes and acts as that,
    passes a stronger role to something it starts, or takes over something that runs as one. Where it may do so with
    anything there is, it fails; where only with something that is named, and was not read, there is no verdict. A role
    that is administrative has nothing to gain: that is MLP-1501.

    ## Why it matters
    The rights of a workload are drawn tight to bound what one poisoned package can do. A role that may pass another
    role on, or write the code that another one runs, has the rights of these as well: one call more, and the bound is
    gone.

    ## How to fix
    Take away the actions of the way that the message names, or name what they may be taken on: the one role that jobs
    run as for `iam:PassRole`, with `iam:PassedToService`. Notebooks and jobs have no use for actions of IAM that write.

    A scan with `--verify` asks AWS' own policy simulator, which sees the policies of the organisation (SCPs), whether
    the way is open.

    Terraform: `actions` and `resources` of the statement in `aws_iam_policy_document`. CLI:
    `aws iam put-role-policy`.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    - https://pathfinding.cloud/paths/
    """
    powers = Powers(role)
    if not powers.read_in_full:
        unread = (name for name in ("attached_policies", "inline_policies", "boundary") if getattr(role, name) is UNSET)
        return unknown(*(list(unread) or ["the text of every policy of the role"]))
    if view.derive(administrators).look_up(role)[0] is YES:
        return not_applicable("is administrative already")
    asked = Escalation(powers, view)
    answers = {way: asked.answer(way) for way in WAYS}
    found = [way for way, answer in answers.items() if answer is YES]
    if found:
        return _judge_ways(role, view, asked, found)
    unclear = [way.name for way, answer in answers.items() if answer is UNKNOWN]
    if unclear:
        return unknown(f"what is reached by {'; '.join(unclear[:3])}" + (" and more" if len(unclear) > 3 else ""))
    return passed(
        "no way to more rights",
        attached_policies=[policy.name for policy in role.attached_policies or ()],
        inline_policies=[policy.name for policy in role.inline_policies or ()],
    )


def _judge_ways(role: Role, view: View, asked: Escalation, found: list[Way]) -> Verdict:
    """Of the ways that the policies allow, the one that AWS' own simulator confirms if it was asked, or leaves open."""
    way, proved = found[0], None
    simulation = view.get(Simulation, role.id)
    if isinstance(simulation, Simulation):
        proofs = {way: proof(simulation, asked.requests(way)) for way in found}
        way = min(found, key=lambda way: (YES, UNKNOWN, NO).index(proofs[way].answer))
        proved = proofs[way]
    what = f"privilege escalation by {way.name} (see {way.source})"
    if len(found) > 1:
        what += f" and {len(found) - 1} more"
    evidence: dict[str, dict[str, object]] = {}
    for rule in asked.allowing(way):
        for field, policies in shown(role, rule.policy, rule.statement).items():
            evidence.setdefault(field.removeprefix("Role."), {}).update(policies)
    path = (role.id, asked.passed_to(way)) if asked.passed_to(way) else ()
    return settled(what, proved, path=path, **evidence)
