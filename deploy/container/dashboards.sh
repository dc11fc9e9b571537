#!/usr/bin/env bash
# Imports the saved objects in /saved into Kibana, over what is there of the same name. Safe to repeat.
set -euo pipefail

for file in /saved/*.ndjson; do
    answer=$(
        curl --silent --show-error --fail-with-body --config - <<CURL
url = "${KIBANA}/api/saved_objects/_import?overwrite=true"
user = "elastic:${ELASTIC_PASSWORD}"
header = "kbn-xsrf: true"
form = "file=@${file}"
CURL
    )
    # A refused import is answered with 200 as well.
    if [[ ${answer} != *'"success":true'* ]]; then
        echo "dashboards: Kibana does not take ${file}: ${answer}" >&2
        exit 1
    fi
    echo "dashboards: ${file} is imported"
done
