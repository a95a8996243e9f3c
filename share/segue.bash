# Completion of segue's flags and commands for bash. Generated from cli/command_line/flags.cpp, cli/remote.cpp
# and cli/running/interactive.cpp by the test generated_files, with SEGUE_WRITE_DOCS=1.
_segue() {
    local word=${COMP_WORDS[COMP_CWORD]} flag=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    # "=" is a word of its own, unless COMP_WORDBREAKS was changed.
    if [[ $word == = ]]; then
        word=
    elif [[ $flag == = ]]; then
        flag=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    [[ $flag != -[!-]* ]] || flag=-$flag
    case $flag in
        --ssl-mode)
            local modes='DISABLED PREFERRED REQUIRED VERIFY_CA VERIFY_IDENTITY'
            mapfile -t COMPREPLY < <(compgen -W "$modes" -- "$word")
            return
            ;;
        --socket | --conf | --ssl-ca | --ssl-cert | --ssl-key | --throttle-flag-file | \
            --throttle-additional-flag-file | --postpone-cut-over-flag-file | --panic-flag-file | \
            --serve-socket-file | --hooks-path | --report)
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        --host | --assume-master-host | --master-user | --master-password | --port | --user | \
            --password | --mysql-timeout | --storage-engine | --charset | --alter | --database | \
            --table | --where | --as | --view | --map | --sql-security | --column | --up | --down | \
            --rename | --trigger-order | --definer | --set | --trigger-suffix | \
            --preflight-data-check | --threads | --chunk-size | --chunk-time | --nice-ratio | \
            --default-retries | --wait-for-server-seconds | --with-table | --with-database | \
            --dml-batch-size | --max-lag-millis | --throttle-control-replicas | --max-load | \
            --critical-load | --throttle-query | --throttle-http | \
            --throttle-http-interval-millis | --throttle-http-timeout-millis | \
            --critical-load-interval-millis | --critical-load-hibernate-seconds | \
            --heartbeat-interval-millis | --replication-lag-query | --verify | \
            --cut-over-stall-budget-millis | --cut-over-lock-timeout-seconds | \
            --exponential-backoff-max-interval | --kill-blockers-after-seconds | --cut-over | \
            --force-table-names | --replica-server-id | --binlogsyncer-max-reconnect-attempts | \
            --serve-tcp-port | --serve-tcp-host | --hooks-hint | --hooks-hint-owner | \
            --hooks-hint-token | --hooks-status-interval | --hooks-timeout-seconds | \
            --statsd-addr | --statsd-tags | --checkpoint-seconds | --old-table | \
            --runtime-metrics-interval | --timeout)
            return
            ;;
    esac
    case ${COMP_WORDS[1]} in
        ctl)
            # Behind a command, and within its value, nothing is known.
            [[ $flag == json || $'\n'$_segue_commands$'\n' != *$'\n'"$flag"[=$'\n']* ]] || return
            mapfile -t COMPREPLY < <(compgen -W "$_segue_ctl_flags $_segue_commands" -- "$word")
            # Its value follows at once.
            [[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
            ;;
        status) mapfile -t COMPREPLY < <(compgen -W "$_segue_status_flags" -- "$word") ;;
        backfill) mapfile -t COMPREPLY < <(compgen -W "$_segue_backfill_flags" -- "$word") ;;
        cleanup) mapfile -t COMPREPLY < <(compgen -W "$_segue_cleanup_flags" -- "$word") ;;
        expand) mapfile -t COMPREPLY < <(compgen -W "$_segue_expand_flags" -- "$word") ;;
        verify) mapfile -t COMPREPLY < <(compgen -W "$_segue_verify_flags" -- "$word") ;;
        views) mapfile -t COMPREPLY < <(compgen -W "$_segue_views_flags" -- "$word") ;;
        *)
            local all=$_segue_flags
            ((COMP_CWORD != 1)) || all+=' backfill cleanup ctl expand status verify views'
            mapfile -t COMPREPLY < <(compgen -W "$all" -- "$word")
            ;;
    esac
}
complete -o default -F _segue segue
_segue_flags='--host
--assume-master-host
--master-user
--master-password
--port
--socket
--user
--password
--ask-pass
--conf
--mysql-timeout
--ssl
--ssl-mode
--ssl-ca
--ssl-cert
--ssl-key
--ssl-allow-insecure
--storage-engine
--charset
--skip-port-validation
--alter
--database
--table
--where
--touch
--as
--view
--map
--sql-security
--drop
--column
--up
--down
--rename
--trigger-order
--definer
--execute
--test-on-replica
--test-on-replica-skip-replica-stop
--migrate-on-replica
--allow-zero-in-date
--approve-renamed-columns
--skip-renamed-columns
--set
--allow-nondeterministic
--attempt-instant-ddl
--allow-nullable-unique-key
--discard-foreign-keys
--allow-on-master
--allow-master-master
--tungsten
--aliyun-rds
--gcp
--azure
--panic-on-warnings
--skip-strict-mode
--skip-foreign-key-checks
--include-triggers
--trigger-suffix
--remove-trigger-suffix-if-exists
--preflight-data-check
--threads
--chunk-size
--chunk-time
--nice-ratio
--default-retries
--wait-for-server-seconds
--locking-reads
--with-table
--with-database
--exact-rowcount
--concurrent-rowcount
--dml-batch-size
--max-lag-millis
--throttle-control-replicas
--throttle-flag-file
--throttle-additional-flag-file
--max-load
--critical-load
--throttle-query
--throttle-http
--throttle-http-interval-millis
--throttle-http-timeout-millis
--ignore-http-errors
--critical-load-interval-millis
--critical-load-hibernate-seconds
--heartbeat-interval-millis
--replication-lag-query
--verify
--postpone-cut-over-flag-file
--panic-flag-file
--cut-over-stall-budget-millis
--cut-over-lock-timeout-seconds
--cut-over-exponential-backoff
--exponential-backoff-max-interval
--accept-slow-rename
--ignore-old-snapshots
--kill-blockers-after-seconds
--cut-over
--analyze-ghost-table-before-cutover
--allow-setup-metadata-lock-instruments
--skip-metadata-lock-check
--ok-to-drop-table
--initially-drop-ghost-table
--initially-drop-old-table
--force-table-names
--timestamp-old-table
--replica-server-id
--gtid
--binlogsyncer-max-reconnect-attempts
--assume-rbr
--switch-to-rbr
--serve-socket-file
--serve-tcp-port
--serve-tcp-host
--force-named-cut-over
--force-named-panic
--initially-drop-socket-file
--hooks-path
--hooks-hint
--hooks-hint-owner
--hooks-hint-token
--hooks-status-interval
--hooks-timeout-seconds
--statsd-addr
--statsd-tags
--resume
--no-resume
--checkpoint-seconds
--checkpoint
--revert
--old-table
--json
--report
--quiet
--verbose
--debug
--help
--version
--check-flag
--stack
--runtime-metrics-interval'
_segue_backfill_flags='--host
--assume-master-host
--master-user
--master-password
--port
--socket
--user
--password
--ask-pass
--conf
--mysql-timeout
--ssl
--ssl-mode
--ssl-ca
--ssl-cert
--ssl-key
--ssl-allow-insecure
--database
--table
--where
--touch
--execute
--set
--allow-nondeterministic
--chunk-size
--chunk-time
--nice-ratio
--default-retries
--wait-for-server-seconds
--max-lag-millis
--throttle-control-replicas
--throttle-flag-file
--throttle-additional-flag-file
--max-load
--critical-load
--throttle-query
--throttle-http
--throttle-http-interval-millis
--throttle-http-timeout-millis
--ignore-http-errors
--critical-load-interval-millis
--critical-load-hibernate-seconds
--heartbeat-interval-millis
--panic-flag-file
--force-table-names
--serve-socket-file
--serve-tcp-port
--serve-tcp-host
--force-named-panic
--hooks-path
--hooks-hint
--hooks-hint-owner
--hooks-hint-token
--hooks-status-interval
--hooks-timeout-seconds
--resume
--no-resume
--json
--report
--quiet
--verbose
--debug
--help
--version
--check-flag
--stack'
_segue_cleanup_flags='--host
--port
--socket
--user
--password
--ask-pass
--conf
--mysql-timeout
--ssl
--ssl-mode
--ssl-ca
--ssl-cert
--ssl-key
--ssl-allow-insecure
--alter
--database
--table
--execute
--ok-to-drop-table
--initially-drop-ghost-table
--force-table-names
--timestamp-old-table
--json
--quiet
--verbose
--debug
--help
--version
--check-flag'
_segue_expand_flags='--host
--assume-master-host
--master-user
--master-password
--port
--socket
--user
--password
--ask-pass
--conf
--mysql-timeout
--ssl
--ssl-mode
--ssl-ca
--ssl-cert
--ssl-key
--ssl-allow-insecure
--database
--table
--touch
--column
--up
--down
--rename
--trigger-order
--definer
--execute
--chunk-size
--chunk-time
--nice-ratio
--default-retries
--wait-for-server-seconds
--max-lag-millis
--throttle-control-replicas
--throttle-flag-file
--throttle-additional-flag-file
--max-load
--critical-load
--throttle-query
--throttle-http
--throttle-http-interval-millis
--throttle-http-timeout-millis
--ignore-http-errors
--critical-load-interval-millis
--critical-load-hibernate-seconds
--heartbeat-interval-millis
--panic-flag-file
--cut-over-stall-budget-millis
--cut-over-lock-timeout-seconds
--force-table-names
--serve-socket-file
--serve-tcp-port
--serve-tcp-host
--force-named-panic
--hooks-path
--hooks-hint
--hooks-hint-owner
--hooks-hint-token
--hooks-status-interval
--hooks-timeout-seconds
--resume
--no-resume
--json
--report
--quiet
--verbose
--debug
--help
--version
--check-flag
--stack'
_segue_verify_flags='--host
--port
--socket
--user
--password
--ask-pass
--conf
--mysql-timeout
--ssl
--ssl-mode
--ssl-ca
--ssl-cert
--ssl-key
--ssl-allow-insecure
--alter
--database
--table
--allow-zero-in-date
--approve-renamed-columns
--skip-renamed-columns
--set
--allow-nondeterministic
--threads
--chunk-size
--chunk-time
--nice-ratio
--default-retries
--with-table
--with-database
--throttle-flag-file
--throttle-additional-flag-file
--max-load
--critical-load
--throttle-query
--throttle-http
--throttle-http-interval-millis
--throttle-http-timeout-millis
--ignore-http-errors
--critical-load-interval-millis
--critical-load-hibernate-seconds
--verify
--force-table-names
--json
--report
--quiet
--verbose
--debug
--help
--version
--check-flag'
_segue_views_flags='--host
--assume-master-host
--master-user
--master-password
--port
--socket
--user
--password
--ask-pass
--conf
--mysql-timeout
--ssl
--ssl-mode
--ssl-ca
--ssl-cert
--ssl-key
--ssl-allow-insecure
--database
--table
--as
--view
--map
--sql-security
--drop
--execute
--json
--quiet
--verbose
--debug
--help
--version
--check-flag'
_segue_ctl_flags='--help
--socket
--port
--host
--timeout'
_segue_status_flags='--help
--socket
--port
--host
--timeout
--json
--watch'
_segue_commands='help
status
info
sup
status-json
coordinates
applier
inspector
chunk-size=
chunk-time=
dml-batch-size=
max-lag-millis=
nice-ratio=
max-load=
critical-load=
throttle-query=
throttle-http=
throttle-control-replicas=
throttle
pause
suspend
no-throttle
unthrottle
resume
continue
pause-replay
resume-replay
postpone-cut-over-flag-file=
unpostpone
no-postpone
cut-over
cut-over-now
panic
replication-lag-query=
cpu-profile=
json'
