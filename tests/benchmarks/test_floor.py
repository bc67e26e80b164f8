"""The floor: each bound alone, and the plans against what the replay server's world needs."""

import pytest

from benchmarks.running import plans
from benchmarks.running.floor import Conditions, Limit, Plan, Step, details, floor, listing, pages


def test_calls_in_flight_bound_a_plan_of_independent_calls():
    plan = Plan((), ((details("a:Describe", 100),),))
    found = floor(plan, Conditions(latency=0.05, in_flight=10))
    assert found.calls == 100
    assert found.bound == "in flight"
    assert found.seconds == pytest.approx(100 * 0.05 / 10)


def test_pages_that_name_each_other_bound_a_long_listing():
    plan = Plan((Step("sts:Who", 1),), ((listing("a:List", 2000), details("a:Describe", 5)), (listing("b:List", 10),)))
    found = floor(plan, Conditions(latency=0.1, in_flight=1000))
    assert found.bound == "chain"
    # who, twenty pages, and a detail of what the last page names
    assert found.seconds == pytest.approx(22 * 0.1)


def test_the_first_limit_that_matches_bounds_an_operation():
    plan = Plan((), ((details("a:Describe", 150), details("a:List", 30)),))
    limits = (Limit("a:List*", 2, 10), Limit("*", 20, 100))
    found = floor(plan, Conditions(latency=0.01, in_flight=100, limits=limits))
    assert found.bound == "rate"
    assert found.seconds == pytest.approx((30 - 10) / 2)


def test_an_operation_of_two_branches_has_one_limit():
    search = listing("a:Search", 100)
    found = floor(Plan((), ((search,), (search,))), Conditions(0.0, 1, (Limit("*", 1, 1),)))
    assert found.bounds["rate"] == pytest.approx(1.0)


def test_processor_time_bounds_what_nothing_else_does():
    plan = Plan((), ((listing("a:List", 300), details("a:Describe", 300)),))
    found = floor(plan, Conditions(latency=0.0, in_flight=1, cpu_call=0.001, cpu_page=0.01))
    assert found.bound == "cpu"
    assert found.seconds == pytest.approx(300 * 0.001 + 3 * 0.01)


@pytest.mark.parametrize(("count", "expected"), [(0, 1), (1, 1), (100, 1), (101, 2), (1000, 10)])
def test_an_empty_listing_is_asked_once(count, expected):
    assert pages(count) == expected


def test_the_sagemaker_plan_asks_one_detail_for_each_notebook_and_configuration():
    calls = plans.sagemaker(1000).calls()
    assert calls == {
        "sts:GetCallerIdentity": 1,
        "sagemaker:ListNotebookInstances": 10,
        "sagemaker:DescribeNotebookInstance": 1000,
        "sagemaker:ListEndpointConfigs": 10,
        "sagemaker:DescribeEndpointConfig": 1000,
        "sagemaker:Search": 20,
        "sagemaker:DescribeTrainingJob": 10,
    }


def test_the_plan_for_everything_asks_seven_times_about_a_bucket():
    calls = plans.everything(100, endpoints=50, buckets=10, roles=10).calls()
    assert sum(count for name, count in calls.items() if name in plans.BUCKET_DETAILS) == 70
    assert (calls["sagemaker:DescribeEndpoint"], calls["iam:GetAccountAuthorizationDetails"]) == (50, 1)
    assert calls["s3:ListBuckets"] == 1


def test_a_census_saves_calls_of_empty_locations_and_costs_a_chain():
    everywhere, census = plans.google(1000)
    assert sum(everywhere.calls().values()) - sum(census.calls().values()) == 1 + 3 * (plans.GOOGLE_LOCATIONS - 1) - 6
    calm = Conditions(latency=0.05, in_flight=32)
    assert floor(census, calm).bounds["chain"] == pytest.approx((6 + 10) * 0.05)
    assert floor(everywhere, calm).bounds["chain"] == pytest.approx((1 + 10) * 0.05)


def test_twenty_lists_go_into_one_batch():
    assert plans.azure(1000)[0].calls()["Microsoft.Resources/batch/action"] == 1000 / 20 + 100 / 20
