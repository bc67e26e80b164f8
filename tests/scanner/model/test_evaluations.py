import pytest

from scanner.model.evaluations import Subgroup, subgroup


@pytest.mark.parametrize(
    ("name", "metric", "group"),
    [
        ("recall/age_band=60-69", "recall", {"age_band": "60-69"}),
        ("recall/age_band:60-69", "recall", {"age_band": "60-69"}),
        ("mae.sex=1", "mae", {"sex": "1"}),
        ("mae__sex=1", "mae", {"sex": "1"}),
        ("val/mae/sex=1", "val/mae", {"sex": "1"}),
        ("recall@0.5/sex=1", "recall@0.5", {"sex": "1"}),
        ("mae[sex=1,age_band=60-69]", "mae", {"sex": "1", "age_band": "60-69"}),
        ("mae/sex:1/age_band:60-69", "mae", {"sex": "1", "age_band": "60-69"}),
        ("mae/age band:<30", "", {}),
        ("mae/income=12.5", "mae", {"income": "12.5"}),
        ("mae__sex_1", "mae", {"sex": "1"}),
        ("mean_absolute_error__sex_1", "mean_absolute_error", {"sex": "1"}),
        ("mae__age_band__60-69", "mae", {"age_band": "60-69"}),
        ("mae__age_band_60-69", "", {}),  # age and band_60-69, or age_band and 60-69
        ("mae__a__b__c", "", {}),
        ("a__mae/sex=1", "", {}),  # the group may begin earlier
        ("mae/sex=1/sex=2", "", {}),
        ("mae/sex=", "", {}),
        ("mae__sex_", "", {}),
        ("mae/sex=1=2", "", {}),
        ("mae/t=12:30", "", {}),
        ("mae", "", {}),
        ("", "", {}),
        ("training_mean_squared_error", "", {}),
        ("system/cpu_utilization_percentage", "", {}),
        ("toxicity/v1/mean", "", {}),
        ("mae_sex_1", "", {}),
        ("/sex=1", "", {}),
        ("x" * 240 + "/sex=123456", "", {}),
    ],
)
def test_a_name_says_its_group_or_none(name: str, metric: str, group: dict[str, str]) -> None:
    assert subgroup(name) == (Subgroup(metric, group) if group else None)


def test_a_known_facet_parts_what_could_mean_two_things() -> None:
    assert subgroup("mae__age_band_60-69", ["sex", "age_band"]) == Subgroup("mae", {"age_band": "60-69"})
    assert subgroup("mae__age_band_60-69", ["age", "age_band"]) is None
    assert subgroup("mae__a__b_c__d", ["a"]) == Subgroup("mae", {"a": "b_c__d"})
