# shellcheck shell=bash
# Makes one sandbox server the replica of another.
#
# Needs say.sh and server.sh.

readonly FOLLOW_SECONDS=60

# follow REPLICA SOURCE: false, with the reason, when the replica's two threads do not come up.
follow() {
    local replica=$1 source=$2
    local where deadline running
    where=$(where_to_follow "$source")
    # Through stdin: a command line is for all to read.
    root_client "$replica" <<EOF
CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT=$(read_conf "$source" SEGUE_PORT),
  SOURCE_USER='$(read_conf "$source" SEGUE_USER)', SOURCE_PASSWORD='$(read_conf "$source" SEGUE_PASSWORD)',
  SOURCE_CONNECT_RETRY=1, GET_SOURCE_PUBLIC_KEY=1, $where;
START REPLICA;
EOF
    deadline=$((SECONDS + FOLLOW_SECONDS))
    while ((SECONDS < deadline)); do
        running=$(root_client "$replica" --batch --skip-column-names --execute="
            SELECT (SELECT COUNT(*) FROM performance_schema.replication_connection_status WHERE SERVICE_STATE = 'ON')
                 + (SELECT COUNT(*) FROM performance_schema.replication_applier_status WHERE SERVICE_STATE = 'ON')")
        if [[ $running == 2 ]]; then
            return
        fi
        sleep 0.1
    done
    say "Replication from '$source' did not start within $FOLLOW_SECONDS seconds:"
    root_client "$replica" --table --execute="
        SELECT LAST_ERROR_MESSAGE FROM performance_schema.replication_connection_status
        UNION ALL SELECT LAST_ERROR_MESSAGE FROM performance_schema.replication_applier_status_by_worker" >&2
    return 1
}

# The options that a replica of SOURCE starts with: both ends must agree about GTIDs.
replica_options() {
    root_client "$1" --batch --skip-column-names --execute="
        SELECT CONCAT('--gtid-mode=', @@gtid_mode)
        UNION ALL SELECT CONCAT('--enforce-gtid-consistency=', @@enforce_gtid_consistency)
        UNION ALL SELECT '--read-only=ON'"
}

# By GTID where the source has them. Otherwise from the start of its first binary log, which as well
# brings all there is: a sandbox purges none.
where_to_follow() {
    local source=$1 mode file rest
    mode=$(root_client "$source" --batch --skip-column-names --execute='SELECT @@gtid_mode')
    if [[ $mode == ON ]]; then
        echo 'SOURCE_AUTO_POSITION=1'
        return
    fi
    IFS=$'\t' read -r file rest < <(root_client "$source" --batch --skip-column-names --execute='SHOW BINARY LOGS')
    echo "SOURCE_AUTO_POSITION=0, SOURCE_LOG_FILE='$file', SOURCE_LOG_POS=4"
}
