"""Tables, one module per output: each reads the results of one analysis and formats them."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.present.display import Table
from postinfusion.present.results import Results
from postinfusion.present.tables import (
    aet01,
    aet02,
    altl01,
    aovt01,
    cfbt01,
    cmht01,
    cogt01,
    coxt01,
    csst01,
    dmt01,
    dst01,
    lgrt02,
    lmmt01,
    mist01,
    mmrmt01,
    mont01,
    ordt01,
    prmt01,
    ratet01,
    relt01,
    rspt01,
    seft01,
    segt01,
    ttet01,
    unbt01,
    wint01,
    wtt01,
    xovt01,
)

TABLES: dict[str, Callable[[Results], Table]] = {
    "DST01": dst01.table,
    "DMT01": dmt01.table,
    "CFBT01": cfbt01.table,
    "MIST01": mist01.table,
    "WINT01": wint01.table,
    "MMRMT01": mmrmt01.table,
    "LMMT01": lmmt01.table,
    "AOVT01": aovt01.table,
    "TTET01": ttet01.table,
    "COXT01": coxt01.table,
    "SEGT01": segt01.table,
    "PRMT01": prmt01.table,
    "RSPT01": rspt01.table,
    "RELT01": relt01.table,
    "LGRT02": lgrt02.table,
    "COGT01": cogt01.table,
    "RATET01": ratet01.table,
    "ORDT01": ordt01.table,
    "CMHT01": cmht01.table,
    "UNBT01": unbt01.table,
    "WTT01": wtt01.table,
    "XOVT01": xovt01.table,
    "AET01": aet01.table,
    "AET02": aet02.table,
    "SEFT01": seft01.table,
    "MONT01": mont01.table,
    "ALTL01": altl01.table,
    "CSST01": csst01.table,
}
