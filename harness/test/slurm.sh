# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# shellcheck disable=SC2154 # $work is set by tap.sh
#
# A cluster of Slurm on this machine, with two nodes and a configuration of its own
# below $work/slurm.  Source this file after tap.sh; needs root.
#
# All processes of it, those of its jobs too, have CLUSTER in their environment, by which
# they are found and ended one by one.

slurm=$work/slurm
mark=CGMARK_TEST_CLUSTER=$slurm
# For the jobs; this shell itself does not begin with it.
export "${mark?}"

# cluster_pids WORD...: of processes of the cluster with one of these words in their
# environment.
cluster_pids() {
	for proc in /proc/[0-9]*; do
		grep -qszxF "$mark" "$proc/environ" || continue
		for word in "$@"; do
			! grep -qszxF "$word" "$proc/environ" ||
				echo "${proc#/proc/}"
		done
	done
}

# end_pids PID...
end_pids() {
	for pid; do
		kill -KILL "$pid" 2>/dev/null
	done
}

cluster_conf() {
	# No two tests share ports, nor do they take those of a real cluster.
	port=$((20000 + $$ % 10000))
	cat <<END
ClusterName=cgmark
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$slurm/munge.socket
CredType=cred/munge
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool-%n
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd-%n.pid
SlurmctldLogFile=$slurm/slurmctld.log
SlurmdLogFile=$slurm/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
SlurmdTimeout=6
MessageTimeout=5
KillWait=10
NodeName=node1 NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=2
NodeName=node2 NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=2
PartitionName=bench Nodes=node1,node2 Default=YES State=UP
END
}

# cluster_node NODE: starts its daemon.
cluster_node() {
	mkdir -p "$slurm/spool-$1"
	env "CGMARK_TEST_NODE=$1" slurmd -D -N "$1" -f "$SLURM_CONF" \
		>>"$slurm/$1.out" 2>&1 &
}

cluster_controller() {
	slurmctld -D -f "$SLURM_CONF" >>"$slurm/ctld.out" 2>&1 &
}

cluster_is_up() {
	[ "$(sinfo --noheader --Node --states=idle --format=%N 2>/dev/null |
		sort -u | wc -l)" -eq 2 ]
}

cluster_start() {
	mkdir -p "$slurm/state"
	chmod 711 "$work" "$slurm"
	cluster_conf >"$slurm/slurm.conf"
	export SLURM_CONF="$slurm/slurm.conf"
	dd if=/dev/urandom of="$slurm/munge.key" bs=1024 count=1 2>/dev/null
	chmod 400 "$slurm/munge.key"
	munged --foreground --force --key-file="$slurm/munge.key" \
		--socket="$slurm/munge.socket" --pid-file="$slurm/munge.pid" \
		--log-file="$slurm/munge.log" --seed-file="$slurm/munge.seed" \
		>"$slurm/munge.out" 2>&1 &
	wait_until test -S "$slurm/munge.socket"
	cluster_controller
	cluster_node node1
	cluster_node node2
	wait_until cluster_is_up
}

# Also of a test that was interrupted.
cluster_stop() {
	# shellcheck disable=SC2046 # numbers
	end_pids $(cluster_pids "$mark")
	wait
}
