# shellcheck shell=bash
# Sourced by scan.sh: signs in, by the job's own token of OpenID Connect, to each cloud whose identity is given. Tokens are
# in a folder that only this user can read, until the scan has ended. Keys of earlier steps must not come before them.

tokens="$(mktemp -d "$RUNNER_TEMP/mlposture-tokens.XXXXXX")"
wanted=()
if [ -n "$ROLE_ARN" ]; then
  wanted+=("$tokens/aws=sts.amazonaws.com")
  unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE
  export AWS_ROLE_ARN="$ROLE_ARN" AWS_WEB_IDENTITY_TOKEN_FILE="$tokens/aws" AWS_ROLE_SESSION_NAME="mlposture-$GITHUB_RUN_ID"
fi
if [ -n "$PROVIDER" ]; then
  wanted+=("$tokens/gcp=https://iam.googleapis.com/$PROVIDER")
  become="https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/$SERVICE_ACCOUNT:generateAccessToken"
  cat > "$tokens/gcp.json" << END
{
  "type": "external_account",
  "audience": "//iam.googleapis.com/$PROVIDER",
  "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
  "token_url": "https://sts.googleapis.com/v1/token",
  ${SERVICE_ACCOUNT:+\"service_account_impersonation_url\": \"$become\",}
  "credential_source": {"file": "$tokens/gcp"}
}
END
  export GOOGLE_APPLICATION_CREDENTIALS="$tokens/gcp.json"
fi
if [ -n "$CLIENT_ID" ]; then
  wanted+=("$tokens/azure=api://AzureADTokenExchange")
  unset AZURE_CLIENT_SECRET AZURE_CLIENT_CERTIFICATE_PATH
  export AZURE_TENANT_ID="$TENANT_ID" AZURE_CLIENT_ID="$CLIENT_ID" AZURE_FEDERATED_TOKEN_FILE="$tokens/azure"
fi

renewal=""
sign_out() {
  if [ -n "$renewal" ]; then
    kill "$renewal" 2> /dev/null || true
    wait "$renewal" 2> /dev/null || true # or it writes once more into a folder that is being removed
  fi
  rm -rf "$tokens"
}
trap sign_out EXIT

if [ ${#wanted[@]} -gt 0 ]; then
  python3 "$GITHUB_ACTION_PATH/deploy/github/tokens.py" "${wanted[@]}"
  # They last for five minutes, and scans for hours.
  python3 "$GITHUB_ACTION_PATH/deploy/github/tokens.py" --every 120 "${wanted[@]}" &
  renewal=$!
fi
