"""Ways by which a role takes on more rights than it has, as data: actions, what each is taken on, and where it is from.

A step is an action and what it is taken on: `self`; something that the role makes and names as it likes (`new user`, or
`new` for what a service makes of a call); or something that has to be there (`user`, `function`). What a role passes
follows a colon: the service that it is passed to. Steps on the same thing are taken on one and the same.
"""

from typing import NamedTuple

_PATHFINDING = "https://pathfinding.cloud/paths/"
_RHINO = "https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/"
_BISHOP_FOX = "https://bishopfox.com/blog/privilege-escalation-in-aws"
_HACKTRICKS = "https://cloud.hacktricks.wiki/en/pentesting-cloud/aws-security/aws-privilege-escalation/"
_AWS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
_SAGEMAKER = "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html"


class Step(NamedTuple):
    """An action, what it is taken on, and the service that a role is passed to."""

    action: str
    on: str
    service: str = ""


class Way(NamedTuple):
    """A set of steps that together give more rights."""

    name: str
    steps: tuple[Step, ...]
    source: str
    services: frozenset[str]


def _way(name: str, source: str, *steps: str) -> Way:
    made = tuple(_step(step) for step in steps)
    return Way(name, made, source, frozenset(step.action.partition(":")[0] for step in made))


def _step(text: str) -> Step:
    action, _, on = text.partition(" ")
    return Step(action, *on.split(": ", 1))


def _iam(number: int, name: str, *steps: str) -> Way:
    return _way(name, f"{_PATHFINDING}iam-{number:03}", *steps)


def _passing(path: str, service: str, *actions: str) -> Way:
    """A role is passed to something new of a service."""
    source = path if path.startswith("https:") else _PATHFINDING + path
    name = " + ".join(("iam:PassRole", *actions))
    steps = (f"{action} new" if " " not in action else action for action in actions)
    return _way(name.replace(" new", ""), source, f"iam:PassRole role: {service}.amazonaws.com", *steps)


def _taking(path: str, on: str, *actions: str) -> Way:
    """Something that runs as another role is taken over."""
    source = path if path.startswith("https:") else _PATHFINDING + path
    return _way(" + ".join(actions), source, *(f"{action} {on}" for action in actions))


_OF_IAM = (
    _way("iam:*", _BISHOP_FOX, "iam:PutRolePolicy self", "iam:CreateUser new user"),
    _iam(1, "iam:CreatePolicyVersion", "iam:CreatePolicyVersion own policy"),
    _iam(2, "iam:CreateAccessKey", "iam:CreateAccessKey user"),
    _iam(3, "iam:CreateAccessKey + iam:DeleteAccessKey", "iam:CreateAccessKey user", "iam:DeleteAccessKey user"),
    _iam(4, "iam:CreateLoginProfile", "iam:CreateLoginProfile user"),
    _iam(5, "iam:PutRolePolicy", "iam:PutRolePolicy self"),
    _iam(6, "iam:UpdateLoginProfile", "iam:UpdateLoginProfile user"),
    _iam(9, "iam:AttachRolePolicy", "iam:AttachRolePolicy self"),
    _iam(12, "iam:UpdateAssumeRolePolicy", "iam:UpdateAssumeRolePolicy role"),
    _iam(14, "iam:AttachRolePolicy + sts:AssumeRole", "iam:AttachRolePolicy role", "sts:AssumeRole role"),
    _iam(15, "iam:AttachUserPolicy + iam:CreateAccessKey", "iam:AttachUserPolicy user", "iam:CreateAccessKey user"),
    _iam(16, "iam:CreatePolicyVersion + sts:AssumeRole", "iam:CreatePolicyVersion policy", "sts:AssumeRole role"),
    _iam(17, "iam:PutRolePolicy + sts:AssumeRole", "iam:PutRolePolicy role", "sts:AssumeRole role"),
    _iam(18, "iam:PutUserPolicy + iam:CreateAccessKey", "iam:PutUserPolicy user", "iam:CreateAccessKey user"),
    _iam(
        19,
        "iam:AttachRolePolicy + iam:UpdateAssumeRolePolicy",
        *("iam:AttachRolePolicy role", "iam:UpdateAssumeRolePolicy role"),
    ),
    _iam(
        20,
        "iam:CreatePolicyVersion + iam:UpdateAssumeRolePolicy",
        *("iam:CreatePolicyVersion policy", "iam:UpdateAssumeRolePolicy role"),
    ),
    _iam(
        21,
        "iam:PutRolePolicy + iam:UpdateAssumeRolePolicy",
        *("iam:PutRolePolicy role", "iam:UpdateAssumeRolePolicy role"),
    ),
    _way(
        "sts:AssumeRole + iam:UpdateAssumeRolePolicy",
        _RHINO,
        *("sts:AssumeRole role", "iam:UpdateAssumeRolePolicy role"),
    ),
    _way(
        "iam:CreateUser + iam:AttachUserPolicy + iam:CreateAccessKey",
        f"{_AWS}id_users_create.html",
        *("iam:CreateUser new user", "iam:AttachUserPolicy new user", "iam:CreateAccessKey new user"),
    ),
    _way(
        "iam:CreateUser + iam:PutUserPolicy + iam:CreateAccessKey",
        f"{_AWS}id_users_create.html",
        *("iam:CreateUser new user", "iam:PutUserPolicy new user", "iam:CreateAccessKey new user"),
    ),
    _way(
        "iam:CreateUser + iam:AttachUserPolicy + iam:CreateLoginProfile",
        f"{_AWS}id_users_create.html",
        *("iam:CreateUser new user", "iam:AttachUserPolicy new user", "iam:CreateLoginProfile new user"),
    ),
    _way(
        "iam:CreateUser + iam:PutUserPolicy + iam:CreateLoginProfile",
        f"{_AWS}id_users_create.html",
        *("iam:CreateUser new user", "iam:PutUserPolicy new user", "iam:CreateLoginProfile new user"),
    ),
    _way(
        "iam:CreateUser + iam:AddUserToGroup + iam:CreateAccessKey",
        f"{_AWS}id_groups_manage_add-remove-users.html",
        *("iam:CreateUser new user", "iam:CreateAccessKey new user", "iam:AddUserToGroup group"),
    ),
    _way(
        "iam:CreateRole + iam:AttachRolePolicy + sts:AssumeRole",
        f"{_AWS}id_roles_create.html",
        *("iam:CreateRole new role", "iam:AttachRolePolicy new role", "sts:AssumeRole new role"),
    ),
    _way(
        "iam:CreateRole + iam:PutRolePolicy + sts:AssumeRole",
        f"{_AWS}id_roles_create.html",
        *("iam:CreateRole new role", "iam:PutRolePolicy new role", "sts:AssumeRole new role"),
    ),
    _way(
        "iam:CreateRole + iam:AttachRolePolicy, trusting somebody else",
        f"{_AWS}id_roles_create.html",
        *("iam:CreateRole new role", "iam:AttachRolePolicy new role"),
    ),
    _way(
        "iam:CreateRole + iam:PutRolePolicy, trusting somebody else",
        f"{_AWS}id_roles_create.html",
        *("iam:CreateRole new role", "iam:PutRolePolicy new role"),
    ),
    _way("iam:UpdateSAMLProvider", f"{_HACKTRICKS}aws-iam-privesc/index.html", "iam:UpdateSAMLProvider provider"),
)

#: What a user or a group gains; a role gains by them only with the keys of a user, see above.
_OF_USERS = (
    _iam(7, "iam:PutUserPolicy", "iam:PutUserPolicy user"),
    _iam(8, "iam:AttachUserPolicy", "iam:AttachUserPolicy user"),
    _iam(10, "iam:AttachGroupPolicy", "iam:AttachGroupPolicy group"),
    _iam(11, "iam:PutGroupPolicy", "iam:PutGroupPolicy group"),
    _iam(13, "iam:AddUserToGroup", "iam:AddUserToGroup group"),
)

_PASSING = (
    _passing("apprunner-001", "tasks.apprunner", "apprunner:CreateService"),
    _passing(_RHINO, "ec2", "autoscaling:CreateAutoScalingGroup", "autoscaling:CreateLaunchConfiguration"),
    _passing(_RHINO, "ec2", "autoscaling:UpdateAutoScalingGroup group", "autoscaling:CreateLaunchConfiguration"),
    _passing("batch-001", "ecs-tasks", "batch:RegisterJobDefinition", "batch:SubmitJob"),
    *(
        _passing(
            path,
            "bedrock-agentcore",
            "bedrock-agentcore:CreateCodeInterpreter",
            *start,
            "bedrock-agentcore:InvokeCodeInterpreter",
        )
        for path, start in (("bedrock-001", ("bedrock-agentcore:StartCodeInterpreterSession",)), (_BISHOP_FOX, ()))
    ),
    _passing(
        "bedrock-003",
        "bedrock-agentcore",
        *("bedrock-agentcore:CreateAgentRuntime", "bedrock-agentcore:CreateAgentRuntimeEndpoint"),
        *("bedrock-agentcore:CreateWorkloadIdentity", "bedrock-agentcore:InvokeAgentRuntimeCommand"),
    ),
    _passing("braket-001", "braket", "braket:CreateJob"),
    _passing("cloudformation-001", "cloudformation", "cloudformation:CreateStack"),
    _passing(
        "cloudformation-003", "cloudformation", "cloudformation:CreateStackSet", "cloudformation:CreateStackInstances"
    ),
    _passing("cloudformation-004", "cloudformation", "cloudformation:UpdateStackSet stack set"),
    _passing("codebuild-001", "codebuild", "codebuild:CreateProject", "codebuild:StartBuild"),
    _passing("codebuild-004", "codebuild", "codebuild:CreateProject", "codebuild:StartBuildBatch"),
    _passing("cognitoidentity-001", "cognito-identity", "cognito-identity:SetIdentityPoolRoles pool"),
    _passing(
        "datapipeline-001",
        "datapipeline",
        *("datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition", "datapipeline:ActivatePipeline"),
    ),
    _passing(_RHINO, "codestar", "codestar:CreateProject"),
    _passing("ec2-001", "ec2", "ec2:RunInstances"),
    _passing("ec2-003", "ec2", "ec2:RequestSpotInstances"),
    _passing("ec2-005", "ec2", "ec2:CreateLaunchTemplate", "autoscaling:CreateAutoScalingGroup"),
    _passing(f"{_HACKTRICKS}aws-ec2-privesc/index.html", "ec2", "ec2:ReplaceIamInstanceProfileAssociation instance"),
    _passing("ecs-001", "ecs-tasks", "ecs:CreateCluster", "ecs:RegisterTaskDefinition", "ecs:CreateService"),
    _passing("ecs-002", "ecs-tasks", "ecs:CreateCluster", "ecs:RegisterTaskDefinition", "ecs:RunTask"),
    _passing("ecs-003", "ecs-tasks", "ecs:RegisterTaskDefinition", "ecs:CreateService"),
    _passing("ecs-004", "ecs-tasks", "ecs:RegisterTaskDefinition", "ecs:RunTask"),
    _passing("ecs-005", "ecs-tasks", "ecs:RegisterTaskDefinition", "ecs:StartTask"),
    _passing("ecs-008", "ecs-tasks", "ecs:RunTask"),
    _passing(
        "ecs-009",
        "ecs-tasks",
        *("ecs:StartTask", "ecs:RegisterContainerInstance", "ecs:DeregisterContainerInstance"),
    ),
    _passing("emr-001", "ec2", "elasticmapreduce:RunJobFlow"),
    _passing("emrserverless-001", "emr-serverless", "emr-serverless:CreateApplication", "emr-serverless:StartJobRun"),
    _passing("gamelift-001", "gamelift", "gamelift:CreateFleet"),
    _passing("glue-001", "glue", "glue:CreateDevEndpoint"),
    _passing("glue-003", "glue", "glue:CreateJob", "glue:StartJobRun"),
    _passing("glue-004", "glue", "glue:CreateJob", "glue:CreateTrigger"),
    _passing("glue-005", "glue", "glue:UpdateJob job", "glue:StartJobRun job"),
    _passing("glue-006", "glue", "glue:UpdateJob job", "glue:CreateTrigger"),
    _passing("glue-007", "glue", "glue:CreateSession", "glue:RunStatement"),
    _passing("imagebuilder-001", "ec2", "imagebuilder:CreateInfrastructureConfiguration", "imagebuilder:CreateImage"),
    _passing(
        "kinesisanalytics-001",
        "kinesisanalytics",
        *("kinesisanalytics:CreateApplication", "kinesisanalytics:StartApplication"),
    ),
    _passing("lambda-001", "lambda", "lambda:CreateFunction", "lambda:InvokeFunction"),
    _passing("lambda-002", "lambda", "lambda:CreateFunction", "lambda:CreateEventSourceMapping"),
    _passing("lambda-006", "lambda", "lambda:CreateFunction", "lambda:AddPermission"),
    _passing(
        _RHINO,
        "lambda",
        *("lambda:CreateFunction", "lambda:CreateEventSourceMapping", "dynamodb:CreateTable", "dynamodb:PutItem"),
    ),
    _passing("omics-001", "omics", "omics:CreateWorkflow", "omics:StartRun"),
    _passing("scheduler-001", "scheduler", "scheduler:CreateSchedule"),
    _passing("ssm-003", "ssm", "ssm:StartAutomationExecution"),
    _passing("stepfunctions-001", "states", "states:CreateStateMachine", "states:StartExecution"),
    _passing("stepfunctions-002", "states", "states:UpdateStateMachine machine", "states:StartExecution machine"),
)

_PASSING_TO_SAGEMAKER = (
    _passing("sagemaker-001", "sagemaker", "sagemaker:CreateNotebookInstance"),
    _passing("sagemaker-002", "sagemaker", "sagemaker:CreateTrainingJob"),
    _passing("sagemaker-003", "sagemaker", "sagemaker:CreateProcessingJob"),
    _passing(f"{_HACKTRICKS}aws-sagemaker-privesc/index.html", "sagemaker", "sagemaker:CreateHyperParameterTuningJob"),
    _passing(
        f"{_HACKTRICKS}aws-sagemaker-privesc/index.html",
        "sagemaker",
        *("sagemaker:UpdateUserProfile profile", "sagemaker:CreateApp"),
    ),
    _passing(
        f"{_HACKTRICKS}aws-sagemaker-privesc/index.html",
        "sagemaker",
        *("sagemaker:UpdateDomain domain", "sagemaker:CreateApp"),
    ),
    _passing(_SAGEMAKER, "sagemaker", "sagemaker:CreateAutoMLJobV2"),
    _passing(
        _SAGEMAKER,
        "sagemaker",
        *("sagemaker:CreateModel", "sagemaker:CreateEndpointConfig", "sagemaker:CreateEndpoint"),
    ),
    _passing(_SAGEMAKER, "sagemaker", "sagemaker:CreateModel", "sagemaker:CreateTransformJob"),
    _passing(_SAGEMAKER, "sagemaker", "sagemaker:CreatePipeline", "sagemaker:StartPipelineExecution"),
    _passing(_SAGEMAKER, "sagemaker", "sagemaker:UpdatePipeline pipeline", "sagemaker:StartPipelineExecution pipeline"),
    _passing(_SAGEMAKER, "sagemaker", "sagemaker:CreateCluster"),
)

_TAKING_OVER = (
    _taking("apprunner-002", "service", "apprunner:UpdateService"),
    _taking("batch-002", "job definition", "batch:SubmitJob"),
    _taking(
        "bedrock-002",
        "interpreter",
        *("bedrock-agentcore:StartCodeInterpreterSession", "bedrock-agentcore:InvokeCodeInterpreter"),
    ),
    _taking("cloudformation-002", "stack", "cloudformation:UpdateStack"),
    _taking("cloudformation-005", "stack", "cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"),
    _taking("codebuild-002", "project", "codebuild:StartBuild"),
    _taking("codebuild-003", "project", "codebuild:StartBuildBatch"),
    _taking("codedeploy-001", "deployment group", "codedeploy:CreateDeployment"),
    _taking("ec2-002", "instance", "ec2:ModifyInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances"),
    _taking("ec2-004", "template", "ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"),
    _taking("ec2instanceconnect-003", "instance", "ec2-instance-connect:SendSSHPublicKey"),
    _taking("ecs-006", "task", "ecs:ExecuteCommand"),
    _taking("glue-002", "dev endpoint", "glue:UpdateDevEndpoint"),
    _taking("lambda-003", "function", "lambda:UpdateFunctionCode"),
    _taking("lambda-004", "function", "lambda:UpdateFunctionCode", "lambda:InvokeFunction"),
    _taking("lambda-005", "function", "lambda:UpdateFunctionCode", "lambda:AddPermission"),
    _taking(_RHINO, "function", "lambda:UpdateFunctionConfiguration"),
    _taking("sagemaker-004", "notebook", "sagemaker:CreatePresignedNotebookInstanceUrl"),
    _way(
        "a lifecycle configuration of a notebook",
        f"{_PATHFINDING}sagemaker-005",
        "sagemaker:CreateNotebookInstanceLifecycleConfig new",
        *("sagemaker:StopNotebookInstance notebook", "sagemaker:UpdateNotebookInstance notebook"),
        "sagemaker:StartNotebookInstance notebook",
    ),
    _taking(f"{_HACKTRICKS}aws-sagemaker-privesc/index.html", "profile", "sagemaker:CreatePresignedDomainUrl"),
    _taking("ssm-001", "instance", "ssm:StartSession"),
    _taking("ssm-002", "instance", "ssm:SendCommand"),
)

WAYS = (*_OF_IAM, *_PASSING, *_PASSING_TO_SAGEMAKER, *_TAKING_OVER)
_FOR_USERS = "gives rights to a user or group; a role gains by it only with the keys of a user"
#: Combinations of the catalogues that give a role nothing, or of which nothing can be said, with the reason.
EXCUSED = {
    **{way.name: _FOR_USERS for way in _OF_USERS},
    "iam:SetDefaultPolicyVersion": "goes back to texts that were not read, which MLP-1501 says",
    "sts:AssumeRole": "lets into roles that trust the role or all of the account, which are not read",
}
