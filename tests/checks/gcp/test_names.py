import pytest

from checks.gcp.names import account_id


@pytest.mark.parametrize(
    ("email", "project"),
    [
        ("serving@example-fraud-prod.iam.gserviceaccount.com", "example-fraud-prod"),
        ("serving@fraud.northwind.example.iam.gserviceaccount.com", "northwind.example:fraud"),
        ("example-fraud-prod@appspot.gserviceaccount.com", "example-fraud-prod"),
        ("123456789012-compute@developer.gserviceaccount.com", "elsewhere"),
    ],
)
def test_an_account_is_of_the_project_that_its_address_names(email: str, project: str) -> None:
    id = f"//iam.googleapis.com/projects/{project}/serviceAccounts/{email}"
    assert account_id(email, "elsewhere") == id
