copy _physical.<relation> (<columns>)
from '…'
iam_role default
format as parquet
manifest;

unload ('…')
to '…'
iam_role default
format as parquet
manifest verbose
extension '…'
encrypted auto
maxfilesize 0 gb
parallel off;

