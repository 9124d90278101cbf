# Sourced: a private Slurm of one node in $1, as whoever runs it, with nothing left behind.
# shellcheck shell=bash
slurm_start() {
    local d=$1 name PATH=$PATH:/usr/sbin:/sbin
    name=$(hostname -s)
    mkdir -p "$d/state" "$d/spool" && chmod 700 "$d"
    head -c 1024 /dev/urandom >"$d/munge.key" && chmod 400 "$d/munge.key"
    cat >"$d/slurm.conf" <<CONF
ClusterName=coach
SlurmctldHost=$name(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
SlurmctldPort=$((20000 + $$ % 10000))
SlurmdPort=$((30000 + $$ % 10000))
AuthType=auth/munge
AuthInfo=socket=$d/munge.socket
StateSaveLocation=$d/state
SlurmdSpoolDir=$d/spool
SlurmctldPidFile=$d/slurmctld.pid
SlurmdPidFile=$d/slurmd.pid
SlurmctldLogFile=$d/slurmctld.log
SlurmdLogFile=$d/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
SchedulerParameters=sched_interval=1
NodeName=$name NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=60 State=UP
CONF
    export SLURM_CONF=$d/slurm.conf
    munged --foreground --force --socket="$d/munge.socket" --key-file="$d/munge.key" \
        --pid-file="$d/munged.pid" --log-file="$d/munged.log" --seed-file="$d/munged.seed" \
        >"$d/munged.out" 2>&1 &
    slurm_pids="$!"
    until [ -S "$d/munge.socket" ] || ! kill -0 "$slurm_pids" 2>/dev/null; do :; done
    slurmctld -D -i >"$d/ctld.out" 2>&1 &
    slurm_pids="$slurm_pids $!"
    slurmd -D >"$d/slurmd.out" 2>&1 &
    local daemon=$!
    slurm_pids="$slurm_pids $daemon"
    until sinfo -h -o %T 2>/dev/null | grep -q idle; do
        kill -0 "$daemon" 2>/dev/null || return 1
    done
}
slurm_stop() {
    # shellcheck disable=SC2086 # a list
    kill $slurm_pids 2>/dev/null
    # shellcheck disable=SC2086
    wait $slurm_pids 2>/dev/null
}
