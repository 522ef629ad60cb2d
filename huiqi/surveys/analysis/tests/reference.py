"""A sample and what svy 0.35.0 makes of it (the successor of samplics; its authors hold it to R's survey).

svy brings 260 MB of packages, so its figures are kept here instead of the library. Obtained with
`svy.Design(stratum, wgt, pop_size)`, `estimation.mean/prop/total(by="region")` (Taylor linearisation) and
`weighting.rake(controls=…, tol=1e-12)`.
"""

import numpy as np

from huiqi.surveys.analysis.sampling import Basis, designed

_i = np.arange(300)
STRATUM = (_i * 7919 % 10007) % 4
FRAME = (200, 400, 150, 900)
REGION = (_i * 104729 % 1009) % 3
Y = (_i * 31 + _i * _i * 7) % 11 % 3
X = ((_i * _i * 13 + _i * 101) % 997) / 10
SIZE = (_i * 613 % 701) % 4
SAMPLING = designed(STRATUM, FRAME, "甲乙丙丁", Basis.SAMPLE)

# (estimate, standard error): of all, then of regions 0, 1, 2
MEAN_X = (
    (50.18187038234414, 1.8768656331540654),
    (49.84026281977496, 3.1996937212156573),
    (47.187270216499634, 2.953913002451616),
    (53.606729345615406, 3.4379277612424546),
)
TOTAL_X = (
    (82800.08613086773, 3096.828294704206),
    (27920.37816500713, 3103.6826567822254),
    (26029.08221906116, 2836.592189301637),
    (28850.625746799436, 3427.5927896423786),
)
# shares of the answers 0, 1, 2
SHARE_Y = (
    (
        (0.4445372645372655, 0.033343880238751435),
        (0.1782802419644528, 0.025558110112373297),
        (0.3771824934982837, 0.032662311460432164),
    ),
    (
        (0.46664623989382636, 0.05796369607518176),
        (0.1523323763220975, 0.041894200711080264),
        (0.38102138378407685, 0.05654765839729191),
    ),
    (
        (0.424309354747344, 0.056618077016318595),
        (0.19592547559828263, 0.04624758723170085),
        (0.37976516965437335, 0.05572903058346188),
    ),
    (
        (0.4422566183586799, 0.058558812542395526),
        (0.1872038384431963, 0.044425920663002175),
        (0.37053954319812427, 0.057451584224072094),
    ),
)
# raked to region and size: the first eight weights, the largest, the sum of their squares
REGION_TOTALS = (700.0, 500.0, 450.0)
SIZE_TOTALS = (1000.0, 400.0, 200.0, 50.0)
RAKED = (
    9.66609818074144,
    7.383454623674385,
    7.383454623674385,
    7.383454623674385,
    7.383454623674385,
    1.755802432594188,
    1.755802432594188,
    1.755802432594188,
)
RAKED_MOST, RAKED_SQUARES = 42.91747592249199, 25406.551574961348
