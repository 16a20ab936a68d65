from .projects import chain as chain
from .projects import flowjax as flowjax
from .projects import normflows as normflows
from .projects import tfp as tfp
from .projects import zuko as zuko

__all__: list[str]
