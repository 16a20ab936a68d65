"""The shape of the flow: which bijectors, in drawing order."""

from typing import Annotated

from pydantic import Field

from flowviz.specs.spec import Spec

BASE = "base"
REAL_NVP = "real_nvp"
BATCH_NORMALIZATION = "batch_normalization"
PERMUTE = "permute"

Width = Annotated[int, Field(ge=1, le=1024)]


class FlowSpec(Spec):
    """The post's flow: affine couplings, batch normalization after every second one, permutations between.

    With the default eight couplings that is 8 + 4 + 7 = 19 bijectors. `log_scale_bound` limits how much one coupling
    stretches, to a factor e^±bound. A momentum near 1 keeps the noise of single batches out of the averages: the gap
    varies less from seed to seed, and the clouds in between stay within a few units.
    Source: B. Saund, "Normalizing Flows" (blog post); Dinh et al. 2017, "Density estimation using Real NVP".
    """

    couplings: Annotated[int, Field(ge=1, le=32)] = 8
    hidden: Annotated[tuple[Width, ...], Field(min_length=1, max_length=8)] = (32, 32)
    log_scale_bound: Annotated[float, Field(gt=0, le=20)] = 1.0
    batch_normalization_momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9995
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0

    def bijector_kinds(self) -> tuple[str, ...]:
        """The kind of each bijector in drawing order, from the base to the target."""
        kinds: list[str] = []
        for coupling in range(self.couplings):
            kinds.append(REAL_NVP)
            if coupling % 2 == 0:
                kinds.append(BATCH_NORMALIZATION)
            kinds.append(PERMUTE)
        return tuple(kinds[:-1])

    def stage_names(self) -> tuple[str, ...]:
        """The base and then each bijector, with the number of the stage: `("00_base", "01_real_nvp", ...)`."""
        return tuple(f"{stage:02d}_{kind}" for stage, kind in enumerate((BASE, *self.bijector_kinds())))
