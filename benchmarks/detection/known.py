"""Variables, parameters and scripts as containers and jobs have them: which hold a secret, and which only speak of one.

All values are invented. Those that have the shape of a credential are put together here, so that no scanner of this
repository takes one for real.
"""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Iterator
from typing import NamedTuple

_HEX = "0123456789abcdef"
_ALNUM = string.ascii_letters + string.digits
_BASE64 = _ALNUM + "+/"


class Entry(NamedTuple):
    """One variable, and whether its value is a secret."""

    name: str
    value: str
    secret: bool
    sort: str


def _made(alphabet: str, length: int, seed: int) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=length))  # noqa: S311 - invented, and the same each time


def entries() -> list[Entry]:
    """All of them."""
    found = [Entry(name, value, True, sort) for sort, name, value in _secrets()]
    return found + [Entry(name, value, False, sort) for sort, name, value in _settings()]


def _secrets() -> Iterator[tuple[str, str, str]]:
    for name, value in _named_secrets():
        yield "name", name, value
    for name, value in _shaped_secrets():
        yield "shape", name, value
    for name, value in _composed_secrets():
        yield "inside", name, value


def _named_secrets() -> Iterator[tuple[str, str]]:
    """A name says it; the value has no shape of its own."""
    password, plain, token = "Kq4!vd71Xn", "not-a-real-password", _made(_ALNUM, 24, 1)
    for name in (
        *("DB_PASSWORD", "db_password2", "PASSWORD1", "PGPASSWORD", "DBPASSWORD", "dbPassword", "mlflowPassword"),
        *("MYSQL_ROOT_PASSWORD", "RedisPassword", "mongo-password", "smtp.password", "ADMIN_PASSWD", "FTP_PWD"),
        *("ssh_passphrase", "KEYSTORE_PASSPHRASE", "DB_PASS", "AMQP_PASS", "rabbitmq-pass", "MQTT_PW", "DBPASS"),
        *("DB_PASSWORD_PROD", "PASSWORD_DEV", "TRACKING_PASSWORD_OLD", "pass_word", "userPassword", "MYSQLPWD"),
        *("RABBITMQ_DEFAULT_PASS", "SNOWFLAKE_PASSWORD", "KAFKA_SASL_PASSWORD", "spark.ssl.keyStorePassword"),
    ):
        yield name, password
    for name in ("DB_PASSWORD", "adminPassword", "SMTP_PASSWORD", "PGPASSWORD", "JUPYTER_PASSWORD"):
        yield name, plain
    for name in (
        *("API_TOKEN", "apiToken", "HFTOKEN", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "GITHUB_TOKEN", "access-token"),
        *("refreshToken", "BILLING_TOKEN", "MLFLOW_TRACKING_TOKEN", "AUTH_TOKEN_2", "TOKEN", "token", "bearer_token"),
        *("AWS_SESSION_TOKEN", "databricks_token", "WANDB_API_KEY", "apikey2", "APIKEY", "ApiKey", "COHERE_API_KEY"),
        *("x-api-key", "secretKey", "SECRET_KEY", "DJANGO_SECRET_KEY", "AWS_SECRET_ACCESS_KEY", "s3SecretKey"),
        *("MINIO_SECRET_KEY", "CLIENT_SECRET", "clientSecret", "AZURE_CLIENT_SECRET", "WEBHOOK_SECRET", "JWT_SECRET"),
        *("OAUTHCLIENTSECRET", "app_secret", "AZURE_STORAGE_KEY", "COSMOS_KEY", "AZURE_SEARCH_ADMIN_KEY", "signingKey"),
        *("EVENTHUB_KEY", "SPEECH_KEY", "DATADOG_APP_KEY", "TOKEN_GITHUB", "API_KEY_OPENAI", "NGC_CLI_API_KEY"),
        *("private_key", "ENCRYPTION_KEY", "SECRET_KEY_BASE", "GITHUB_PAT", "WANDBAPIKEY", "comet-api-key", "AUTH_KEY"),
        *("MASTER_KEY", "VECTORDB_KEY", "PINECONE_KEY", "SUBSCRIPTION_KEY", "apim-subscription-key", "SHARED_SECRET"),
    ):
        yield name, token
    yield "AZURE_OPENAI_KEY", _made(_HEX, 32, 2)
    yield "COGNITIVE_KEY", _made(_HEX, 32, 3)
    yield "AWS_SECRET_ACCESS_KEY", "/" + _made(_BASE64, 39, 4)
    yield "aws_secret_access_key", _made(_BASE64, 20, 5) + "/" + _made(_BASE64, 19, 6)
    yield "AZURE_STORAGE_KEY", _made(_BASE64, 86, 7) + "=="
    yield "API_KEY", "7d0f5c1e-93ab-4c55-8f0e-2b6f1a9d4c33"
    yield "tenant_client_secret", "7d0f5c1e-93ab-4c55-8f0e-2b6f1a9d4c33"
    yield "BASIC_AUTH", "scorer:Kq4!vd71Xn"
    yield "MY_SECRET_2", "zzzzzzzz"
    yield "JWT_SECRET", "my-very-own-secret"


def _shaped_secrets() -> Iterator[tuple[str, str]]:
    """The value has a shape that only credentials have; the name says nothing."""
    yield "KEY_ID", "AKIA" + _made(string.ascii_uppercase + "234567", 16, 10)
    yield "CURRENT", "ASIA" + _made(string.ascii_uppercase + "234567", 16, 11)
    yield "MAPS", "AIza" + _made(_ALNUM, 35, 12)
    yield "OAUTH_CLIENT", "GOCSPX-" + _made(_ALNUM, 28, 13)
    yield "HEADER", "ya29." + _made(_ALNUM, 60, 14)
    yield "HUB", "hf_" + _made(string.ascii_letters, 34, 15)
    yield "REPO", "ghp_" + _made(_ALNUM, 36, 16)
    yield "CI", "ghs_" + _made(_ALNUM, 36, 17)
    yield "GIT", "github_pat_" + _made(_ALNUM, 60, 18)
    yield "GITLAB", "glpat-" + _made(_ALNUM, 20, 19)
    yield "LLM", "sk-" + _made(_ALNUM, 48, 20)
    yield "LLM_2", "sk-proj-" + _made(_ALNUM + "-_", 60, 21)
    yield "CLAUDE", "sk-ant-api03-" + _made(_ALNUM + "-_", 80, 22)
    yield "FAST", "gsk_" + _made(_ALNUM, 52, 23)
    yield "NIM", "nvapi-" + _made(_ALNUM, 64, 24)
    yield "REPLICATE", "r8_" + _made(_ALNUM, 37, 25)
    yield "TRACING", "lsv2_pt_" + _made(_HEX, 32, 26) + "_" + _made(_HEX, 10, 27)
    yield "LAKE", "dapi" + _made(_HEX, 32, 28)
    yield "SLACK", "xoxb-" + "123456789012-" + _made(_ALNUM, 24, 29)
    yield "NOTIFY", "https://hooks.slack.com/services/T" + "00000000/B00000000/" + _made(_ALNUM, 24, 30)
    yield "MAIL", "SG." + _made(_ALNUM, 22, 31) + "." + _made(_ALNUM, 43, 32)
    yield "PAY", "sk_live_" + _made(_ALNUM, 24, 33)
    yield "PACKAGES", "npm_" + _made(_ALNUM, 36, 34)
    yield "INDEX", "pypi-" + "AgEIcHlwaS5vcmc" + _made(_ALNUM, 60, 35)
    yield "IMAGES", "dckr_pat_" + _made(_ALNUM, 27, 36)
    yield "VAULT", "hvs." + _made(_ALNUM, 24, 37)
    yield "APP", _made(_ALNUM, 3, 38) + "8Q~" + _made(_ALNUM, 34, 39)
    yield "IDENTITY", "eyJ" + _made(_ALNUM, 30, 40) + ".eyJ" + _made(_ALNUM, 60, 41) + "." + _made(_ALNUM, 43, 42)
    yield "PEM", "-----BEGIN " + "RSA PRIVATE KEY-----\n" + _made(_BASE64, 64, 43)
    yield "OPENAI_BASE", _made(_ALNUM, 52, 44) + "JQQJ99BBACYeBjFXJ3w3AAABACOG" + _made(_ALNUM, 4, 45)
    yield "SEARCH", _made(_ALNUM, 42, 46) + "AzSeA" + _made(_ALNUM, 5, 47)


def _composed_secrets() -> Iterator[tuple[str, str]]:
    """A part of the value is a secret: of a URL, a connection string, JSON, a script, options of a program."""
    word, key = "Kq4vd71Xn", _made(_BASE64, 43, 50) + "="
    yield "REDIS_URL", f"redis://:{word}@cache.northwind.example:6379/0"
    yield "DATABASE_URL", f"postgresql+psycopg2://app:{word}@db.northwind.example/runs"
    yield "TRACKING", f"https://ada:{word}@mlflow.northwind.example"
    yield "BROKER", f"amqps://worker:{word}@mq.northwind.example:5671//"
    yield "MONGO", f"mongodb+srv://app:{word}@cluster.northwind.example/?retryWrites=true"
    yield "JDBC", f"jdbc:postgresql://db.northwind.example/runs?user=app&password={word}"
    yield "CALLBACK", f"https://northwind.example/hook?api_key={_made(_ALNUM, 24, 51)}"
    yield "BLOB", f"https://northwind.blob.core.windows.net/m/model.bin?sv=2024-11-04&sig={_made(_ALNUM, 43, 52)}%3D"
    yield (
        "STORE",
        f"DefaultEndpointsProtocol=https;AccountName=northwind;AccountKey={key};EndpointSuffix=core.windows.net",
    )
    yield "QUEUE", f"Endpoint=sb://northwind.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey={key}"
    yield "SQL", f"Server=tcp:db.northwind.example,1433;Database=runs;User ID=app;Password={word};Encrypt=True"
    yield "ODBC", f"Driver={{ODBC Driver 18 for SQL Server}};Server=db.northwind.example;UID=app;PWD={word}"
    yield "COSMOS", f"AccountEndpoint=https://northwind.documents.azure.com:443/;AccountKey={key}"
    yield "IOT", f"HostName=northwind.azure-devices.example;SharedAccessKeyName=device;SharedAccessKey={key}"
    yield "CACHE", f"cache.northwind.example:6380,password={key},ssl=True,abortConnect=False"
    yield "LIBPQ", f"host=db.northwind.example port=5432 user=app password={word}"
    yield "CONFIG", json.dumps({"db": {"host": "db.northwind.example", "user": "app", "password": word}})
    yield "SETTINGS", json.dumps({"tracking": {"apiToken": _made(_ALNUM, 24, 53)}, "epochs": 3})
    yield "CONFIG_LIST", json.dumps([{"name": "db", "secret_key": word}])
    yield "DB_SECRET", json.dumps({"username": "app", "password": word})
    yield "GCP_KEY", json.dumps({"type": "service_account", "private_key": "-----BEGIN " + "PRIVATE KEY-----\nMII"})
    yield "api_key", json.dumps(word)
    yield "JAVA_OPTS", f"-Xmx4g -Djavax.net.ssl.trustStorePassword={word} -Dfile.encoding=UTF-8"
    yield "PIP_EXTRA_INDEX_URL", f"https://reader:{word}@packages.northwind.example/simple"
    yield "EXTRA_ARGS", f"--host db --password {word} --verbose"
    yield "startup-script", f"#!/bin/bash\nexport DB_PASSWORD='{word}'\npython /opt/sync.py\n"
    yield "startup-script", f'#!/bin/bash\nset -e\nAPI_TOKEN="{_made(_ALNUM, 24, 54)}" /opt/run.sh\n'
    yield "startup-script", f"#!/bin/bash\nmysql --user=app --password={word} runs < /opt/x.sql\n"
    yield "startup-script", f"#!/bin/bash\nwget --http-password {word} https://northwind.example/data.csv\n"
    yield (
        "startup-script",
        f'#!/bin/bash\ncurl -H "Authorization: Bearer {_made(_ALNUM, 32, 55)}" https://northwind.example\n',
    )
    yield "startup-script", f"#!/bin/bash\ncat > /etc/app.yaml <<END\ndatabase:\n  password: {word}\nEND\n"
    yield "user-data", f"#cloud-config\nwrite_files:\n  - path: /etc/x\n    content: |\n      client_secret = {word}\n"
    yield "container-env", f"LOG_LEVEL=info,DB_PASSWORD={word},PORT=8080"
    yield "EXTRA_HEADERS", f"X-Api-Key: {_made(_ALNUM, 32, 56)}"
    yield "NPMRC", f"//registry.northwind.example/:_authToken={_made(_ALNUM, 36, 57)}"
    yield "NETRC", f"machine git.northwind.example login ada password {word}"
    yield "AUTH_HEADER_VALUE", "Basic " + base64.b64encode(f"ada:{word}".encode()).decode()


def _settings() -> Iterator[tuple[str, str, str]]:
    for name, value in _language_settings():
        yield "tokenizer", name, value
    for name, value in _about_secrets():
        yield "about", name, value
    for name, value in _references():
        yield "reference", name, value
    for name, value in _plain_settings():
        yield "plain", name, value


def _language_settings() -> Iterator[tuple[str, str]]:
    """Tokens of language models."""
    yield from {
        "MAX_TOKENS": "4096",
        "num_tokens": "1000000000",
        "MAX_BATCH_TOTAL_TOKENS": "1048576",
        "max_tokens_per_batch": "16384.0",
        "maxNewTokens": "512",
        "--max-num-batched-tokens": "1048576",
        "special_tokens": '["<s>", "</s>"]',
        "additional_special_tokens": '["<|im_start|>", "<|im_end|>"]',
        "eos_token": "<|endoftext|>",
        "pad_token": "[PAD]",
        "bos_token": '"<s>"',
        "eosToken": "endoftext",
        "mask_token": "MASKED",
        "stop_tokens": "###,END_OF_TURN",
        "pad_token_strategy": "longest",
        "token_merge_method": "average",
        "token_dropout": "0.0001",
        "token_classification_labels": "PER,ORG,LOC",
        "token_embedding_storage_type": "row_sparse",
        "TOKEN_TYPE": "wordpiece",
        "TOKENIZER": "bert-base-uncased",
        "TOKENIZERS_PARALLELISM": "enabled",
        "tokenizer_revision": _made(_HEX, 40, 60),
        "tokenization_strategy": "sentencepiece-bpe",
        "instance_token": "photo-of-sks-dog",
        "placeholder_token": "<cat-toy>",
        "initializer_token": "painting",
        "image_token": "<image>",
        "TOKEN_LIMIT_POLICY": "truncate",
        "token_bucket_refill": "steady",
        "prompt_tokens_details": "cached_and_audio",
        "word_token_pattern": "alphanumeric",
        "decoder_start_token": "<|startoftranscript|>",
        "unk_token_behaviour": "replace-with-mask",
        "suppress_tokens": "[-1, 50256]",
        "attention_key_dim": "128x64",
        "key_value_cache_dtype": "fp8_e5m2",
        "token_masking_ratio": "fifteen-percent",
    }.items()


def _about_secrets() -> Iterator[tuple[str, str]]:
    """Names that speak of secrets, and hold what is said about them."""
    yield from {
        "API_KEY_HEADER": "X-Api-Key",
        "AUTH_HEADER_NAME": "Authorization",
        "SECRET_MANAGER_REGION": "eu-west-1",
        "SECRETS_REGION": "europe-west4",
        "SECRET_MANAGER_PROJECT": "northwind-vault-prod",
        "DB_SECRET_NAME": "prod-db",
        "secretName": "prod/churn/db-credentials",
        "DB_SECRET": "prod/churn/db-credentials",
        "DATABASE_SECRET": "prod-db-credentials",
        "CREDENTIALS_PROVIDER": "InstanceProfile",
        "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
        "AWS_CREDENTIAL_SOURCE": "EcsContainer",
        "credentials": "EnvironmentVariableCredentials",
        "GOOGLE_APPLICATION_CREDENTIALS": "/var/run/key.json",
        "PASSWORD_FILE": "/run/secrets/tracking",
        "TRACKING_PASSWORD_FILE": "/run/secrets/tracking",
        "TOKEN_PATH": "/var/run/secrets/kubernetes.io/serviceaccount/token",
        "SECRET_PATH": "secret/data/northwind/db",
        "MYSQL_ALLOW_EMPTY_PASSWORD": "yes",
        "ENABLE_TOKEN_AUTH": "required",
        "USE_PASSWORD": "always",
        "PASSWORD_POLICY": "fourteen-characters",
        "PASSWORD_ENCODER": "BCryptPasswordEncoder",
        "PASSWORD_HASH_ALGORITHM": "argon2id",
        "secret_ratio": "balanced",
        "access-key-type": "session",
        "TOKEN_URL": "https://login.northwind.example/oauth2/token",
        "TOKEN_ENDPOINT": "https://login.northwind.example/oauth2/v2.0/token",
        "tokenIssuer": "https://login.northwind.example/",
        "TOKEN_AUDIENCE": "api://northwind-scoring",
        "ACCESS_TOKEN_LIFETIME": "15m",
        "TOKEN_EXPIRY_SECONDS": "3600",
        "REFRESH_TOKEN_ROTATION": "enabled",
        "CLIENT_SECRET_ROTATION_DAYS": "ninety",
        "API_KEY_ENV_VAR": "OPENAI_API_KEY",
        "API_KEY_ID": "scoring-key-7",
        "SECRET_VERSION": "latest",
        "PASSWORD_MIN_LENGTH": "12",
        "KEY_VAULT_NAME": "northwind-vault",
        "keyVaultUri": "https://northwind.vault.azure.net/",
        "PARTITION_KEY": "customer",
        "SORT_KEY": "created_at",
        "PRIMARY_KEY": "transaction_id",
        "S3_KEY": "models/churn/v3/model.tar.gz",
        "CACHE_KEY": "features-2026-10",
        "KMS_KEY_ID": "1234abcd-12ab-34cd-56ef-1234567890ab",
        "ENCRYPTION_KEY": "alias/northwind-training",
        "PUBLIC_KEY": "ssh-ed25519 " + "AAAAC3Nza" + _made(_BASE64, 50, 61) + " ada@northwind",
        "ssh-keys": "ada:ssh-rsa " + "AAAAB3Nza" + _made(_BASE64, 200, 62) + " ada@northwind",
        "INSTRUMENTATION_KEY": "7d0f5c1e-93ab-4c55-8f0e-2b6f1a9d4c33",
        "APPLICATIONINSIGHTS_CONNECTION_STRING": "InstrumentationKey=7d0f5c1e-93ab-4c55-8f0e-2b6f1a9d4c33;"
        "IngestionEndpoint=https://westeurope-1.in.applicationinsights.azure.com/",
        "SQL_CONNECTION_STRING": "Server=db.northwind.example;Authentication=Active Directory Managed Identity",
        "STORAGE_CONNECTION": "AccountName=northwind;AccountKey=${STORAGE_KEY};EndpointSuffix=core.windows.net",
        "PASSWORD_RESET_URL": "https://northwind.example/reset",
        "SECRET_STORE_BACKEND": "hashicorp-vault",
    }.items()


def _references() -> Iterator[tuple[str, str]]:
    """The secret is kept elsewhere, or is yet to be filled in."""
    names = ("DB_PASSWORD", "apiToken", "CLIENT_SECRET", "API_KEY")
    for number, value in enumerate(
        (
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf",
            '"arn:aws:ssm:eu-west-1:111122223333:parameter/db/password"',
            "projects/123456789012/secrets/db-password/versions/7",
            "projects/northwind/secrets/db/versions/latest",
            "https://northwind.vault.azure.net/secrets/db/0123456789abcdef0123456789abcdef",
            "@Microsoft.KeyVault(SecretUri=https://northwind.vault.azure.net/secrets/db)",
            "${{keyvault:https://northwind.vault.azure.net/secrets/db}}",
            "${{azureml://connections/db/credentials/password}}",
            "{{resolve:secretsmanager:prod/db:SecretString:password}}",
            "{{ vault.db_password }}",
            "${DB_PASSWORD}",
            "$DB_PASSWORD",
            "$(DB_PASSWORD)",
            "%DB_PASSWORD%",
            "vault:secret/data/db#password",
            "op://northwind/db/password",
            "ssm:/prod/db/password",
            "sm://northwind/db-password",
            "secretref:db-password",
            "db-password:latest",
            "gs://northwind-config/key.json",
            "/run/secrets/db_password",
            "<your-password>",
            "<REPLACE_ME>",
            "your-api-key-here",
            "REPLACE_WITH_YOUR_KEY",
            "changeme",
            "xxxxxxxxxxxx",
            "********",
            "EMPTY",
            "not-needed",
            "placeholder",
            "None",
            "null",
        )
    ):
        yield names[number % len(names)], value
    yield "DATABASE_URL", "postgres://app:${DB_PASSWORD}@db.northwind.example/orders"
    yield "BROKER_URL", "amqp://worker:$(MQ_PASSWORD)@mq.northwind.example"
    yield "REDIS_URL", "redis://:<password>@cache.northwind.example"
    yield "DSN", "mysql://app:{{ db_password }}@db.northwind.example/x"
    yield "LIBPQ", "host=db.northwind.example user=app password=$PGPASSWORD"
    yield "CONFIG", json.dumps({"db": {"password": "${DB_PASSWORD}", "secret_arn": "arn:aws:iam::1:role/x"}})
    yield "startup-script", '#!/bin/bash\nexport DB_PASSWORD="$(gcloud secrets versions access latest --secret=db)"\n'
    yield "startup-script", '#!/bin/bash\nTOKEN=`cat /run/secrets/token`\ncurl -H "Authorization: Bearer $TOKEN" x\n'
    yield "startup-script", '#!/bin/bash\nif [ "$PASSWORD" = unset ]; then exit 1; fi\n'
    yield "EXTRA_ARGS", "--password-file /run/secrets/x --token $TOKEN --max-tokens 512"
    yield "SET_SECRETS", "--set-secrets=API_KEY=scoring-key:latest"


def _plain_settings() -> Iterator[tuple[str, str]]:
    """Settings of every day, some of which look random."""
    yield from {
        "LOG_LEVEL": "information",
        "PORT": "8080",
        "DB_HOST": "db.northwind.example",
        "MODEL_ID": "meta-llama/Llama-3.1-8B-Instruct",
        "HF_MODEL_REVISION": _made(_HEX, 40, 63),
        "COMMIT_SHA": _made(_HEX, 40, 64),
        "IMAGE": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/serve@sha256:" + _made(_HEX, 64, 65),
        "TENANT_ID": "7d0f5c1e-93ab-4c55-8f0e-2b6f1a9d4c33",
        "RUN_ID": _made(_HEX, 32, 66),
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "s3://northwind-models/code/sourcedir.tar.gz",
        "CA_BUNDLE": "/etc/pki/ca.pem",
        "OMP_NUM_THREADS": "4",
        "learning_rate": "0.00001",
        "key_size": "128",
        "keyboard_layout": "qwertz-de",
        "MONKEY": "banana-split",
        "compass_heading": "north-north-west",
        "BYPASS_CACHE": "sometimes-only",
        "secretary": "ada-lovelace",
        "passenger_count_column": "pax_total_2026",
        "AUTHOR": "Ada Lovelace",
        "forward_pass": "mixed-precision",
        "path_pattern": "data/pattern-1/part-0001.parquet",
        "SYSTEM_PROMPT": "Never reveal the password: it is secret. Keep every token to yourself.",
        "DESCRIPTION": "Scores transactions; needs an API key from the portal",
        "NAME": "sk-learn-training-pipeline-of-the-team",
        "hidden_layers": "[512, 256, 128]",
        "CLASS": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "JAVA_OPTS": "-Xmx4g -Dfile.encoding=UTF-8 -Djavax.net.ssl.trustStore=/etc/pki/java/cacerts",
        "FEATURES": json.dumps({"tokens": 512, "keys": ["customer", "amount"], "token_type": "bpe"}),
        "SENTRY": "https://" + _made(_HEX, 32, 67) + "@errors.northwind.example/42",
        "startup-script": "#!/bin/bash\nexport LOG_LEVEL=info\npython /opt/sync.py --max-tokens 512\n",
        "ETAG": '"' + _made(_HEX, 32, 68) + '"',
    }.items()
