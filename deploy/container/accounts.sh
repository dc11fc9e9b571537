#!/usr/bin/env bash
# Gives Elasticsearch the accounts of deploy/compose.yaml: Kibana's own, and one for the sink. Safe to repeat.
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

names='["mentions", "mentions-*", "engagement", "engagement-*", "trends", "trends-*", "alerts", "alerts-*", "brands", "dead-letters"]'

put _security/user/kibana_system/_password "{\"password\": \"${KIBANA_PASSWORD}\"}" POST
put _security/role/hearken-sink "{\"cluster\": [\"monitor\"], \"indices\": [{\"names\": ${names}, \"privileges\": [\"create_index\", \"index\", \"maintenance\", \"read\"]}]}"
put _security/role/hearken-keeper "{\"cluster\": [\"monitor\", \"manage_index_templates\"], \"indices\": [{\"names\": ${names}, \"privileges\": [\"manage\", \"read\"]}]}"
put _security/user/hearken "{\"password\": \"${WORKER_PASSWORD}\", \"roles\": [\"hearken-sink\", \"hearken-keeper\"]}"
echo "accounts: kibana_system and hearken are there"
