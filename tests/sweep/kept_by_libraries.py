"""What botocore works out anew for each client and comes out the same each time, worked out once.

A command makes a dozen clients and lives for half a second; the answers come from botocore's own lines all the same.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.client
import botocore.hooks
import botocore.regions
import botocore.useragent


def keep_what_botocore_works_out() -> None:
    """Let whatever is forked from this process have it; before the first client."""
    creator = botocore.client.ClientCreator
    of_botocore = creator._load_service_model
    models: dict[tuple[str, str | None], Any] = {}

    def model(self: Any, service_name: str, api_version: str | None = None) -> Any:  # noqa: ANN401
        name = (service_name, api_version)
        if name not in models:
            models[name] = of_botocore(self, service_name, api_version=api_version)
            _ = models[name].error_shapes
        return models[name]

    creator._load_service_model = model

    make = botocore.regions.EndpointProvider
    providers: dict[tuple[int, int], Any] = {}

    def provider(*, ruleset_data: Any, partition_data: Any, excluded_params: Any = None) -> Any:  # noqa: ANN401
        # The loader keeps both for good, so that a number stands for one of them.
        name = (id(ruleset_data), id(partition_data))
        if name not in providers:
            providers[name] = make(
                ruleset_data=ruleset_data, partition_data=partition_data, excluded_params=excluded_params
            )
        return providers[name]

    botocore.regions.EndpointProvider = provider
    clean = cache(botocore.useragent.sanitize_user_agent_string_component)
    botocore.useragent.sanitize_user_agent_string_component = clean

    names: dict[str, str] = {}
    aliaser = botocore.hooks.EventAliaser
    begin = aliaser.__init__

    def known(self: Any, *arguments: Any, **named: Any) -> None:  # noqa: ANN401
        begin(self, *arguments, **named)
        self._alias_name_cache = names  # there is one table of aliases

    aliaser.__init__ = known
