#!/usr/bin/env bash
# Gives Elasticsearch the accounts of deploy/compose.yaml: Kibana's own, one for the sink, and one that only reads. Safe to repeat.
# Passwords go through standard input, so that no list of processes shows them.
set -euo pipefail

put() { # path, body
    curl --silent --show-error --fail-with-body --output /dev/null --request "${3:-PUT}" --config - <<CURL
url = "${ELASTICSEARCH}/$1"
user = "elastic:${ELASTIC_PASSWORD}"
header = "Content-Type: application/json"
data = "${2//\"/\\\"}"
CURL
}

names='["mentions", "mentions-*", "engagement", "engagement-*", "trends", "trends-*", "alerts", "alerts-*", "clicks", "clicks-*", "brands", "dead-letters"]'

put _security/user/kibana_system/_password "{\"password\": \"${KIBANA_PASSWORD}\"}" POST
put _security/role/hearken-sink "{\"cluster\": [\"monitor\"], \"indices\": [{\"names\": ${names}, \"privileges\": [\"create_index\", \"index\", \"maintenance\", \"read\"]}]}"
put _security/role/hearken-keeper "{\"cluster\": [\"monitor\", \"manage_index_templates\"], \"indices\": [{\"names\": ${names}, \"privileges\": [\"manage\", \"read\"]}]}"
put _security/role/hearken-reader "{\"cluster\": [\"monitor\"], \"indices\": [{\"names\": ${names}, \"privileges\": [\"read\"]}]}"
put _security/user/hearken "{\"password\": \"${WORKER_PASSWORD}\", \"roles\": [\"hearken-sink\", \"hearken-keeper\"]}"
put _security/user/hearken-reader "{\"password\": \"${READER_PASSWORD}\", \"roles\": [\"hearken-reader\"]}"
echo "accounts: kibana_system, hearken and hearken-reader are there"
