"""What is sold on AWS Marketplace: model packages in one account of AWS for each region, which no API names."""

from checks.aws.names import account_of

#: As vendors and the tests of Terraform's provider list them; of other regions it is not known.
_ACCOUNTS = frozenset(
    (
        *("057799348421", "077584701553", "136758871317", "192199979996", "270155090741", "382657785993"),
        *("446921602837", "470592106596", "594846645681", "666831318237", "745090734665", "822005858737"),
        *("843114510376", "856760150666", "865070037744", "977537786026", "985815980388"),
    )
)


def is_sold(arn: str) -> bool:
    """Whether a model package is one of AWS Marketplace."""
    return account_of(arn) in _ACCOUNTS
