-- SPDX-License-Identifier: GPL-2.0-only
-- A database as schema version 1 left it, with one run.  Never changed.
PRAGMA application_id = 1667722603;
PRAGMA user_version = 1;
CREATE TABLE run (
	id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
	created TEXT NOT NULL, status TEXT NOT NULL, version TEXT NOT NULL,
	command_line TEXT NOT NULL, machine TEXT NOT NULL,
	machine_detail TEXT NOT NULL, host TEXT NOT NULL,
	guest_sha256 TEXT NOT NULL, suite TEXT NOT NULL, seed TEXT NOT NULL,
	perturbations INTEGER NOT NULL
) STRICT;
CREATE INDEX run_machine ON run (machine, created);
CREATE TABLE kernel (
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	idx INTEGER NOT NULL, name TEXT NOT NULL, spec TEXT NOT NULL,
	kernel_key TEXT NOT NULL, vmlinux_sha256 TEXT NOT NULL,
	source_version TEXT NOT NULL, release TEXT NOT NULL,
	patches TEXT NOT NULL, config_sha256 TEXT NOT NULL,
	toolchain TEXT NOT NULL, cmdline TEXT NOT NULL, image TEXT NOT NULL,
	PRIMARY KEY (run, idx)
) STRICT, WITHOUT ROWID;
CREATE TABLE point (
	id INTEGER PRIMARY KEY, bench TEXT NOT NULL, version INTEGER NOT NULL,
	params TEXT NOT NULL, UNIQUE (bench, version, params)
) STRICT;
CREATE TABLE metric (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE run_point (
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	idx INTEGER NOT NULL, point INTEGER NOT NULL REFERENCES point,
	"binary" TEXT NOT NULL, samples INTEGER NOT NULL,
	warmup INTEGER NOT NULL, nr_ops INTEGER NOT NULL,
	timeout_ms INTEGER NOT NULL, PRIMARY KEY (run, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_point_point ON run_point (point);
CREATE TABLE boot (
	id INTEGER PRIMARY KEY,
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	idx INTEGER NOT NULL, name TEXT NOT NULL, kernel INTEGER NOT NULL,
	perturbation INTEGER NOT NULL, role TEXT NOT NULL,
	finished INTEGER NOT NULL, ok INTEGER NOT NULL, blame TEXT NOT NULL,
	reason TEXT NOT NULL, wall_ms INTEGER NOT NULL,
	cpu_ms INTEGER NOT NULL, splat TEXT NOT NULL,
	samples_crc TEXT NOT NULL, samples_bytes INTEGER NOT NULL,
	damaged INTEGER NOT NULL, UNIQUE (run, idx)
) STRICT;
CREATE TABLE point_status (
	boot INTEGER NOT NULL REFERENCES boot ON DELETE CASCADE,
	point INTEGER NOT NULL REFERENCES point, status TEXT NOT NULL,
	text TEXT NOT NULL, PRIMARY KEY (boot, point)
) STRICT, WITHOUT ROWID;
CREATE INDEX point_status_point ON point_status (point);
CREATE TABLE sample (
	boot INTEGER NOT NULL, point INTEGER NOT NULL, metric INTEGER NOT NULL,
	rep INTEGER NOT NULL, value INTEGER NOT NULL, nr_ops INTEGER NOT NULL,
	PRIMARY KEY (boot, point, metric, rep),
	FOREIGN KEY (boot, point) REFERENCES point_status ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
INSERT INTO run VALUES (4, 'old', '2024-12-31T00:00:00Z', 'complete', '0.0.1',
	'cgmark run', 'sim', 'QEMU', 'host', '00', 'default', '1', 8);
INSERT INTO kernel VALUES (4, 0, 'base', 'deb:x', 'k', 'v', '6.12', '6.12.0',
	'', 'c', 'gcc', '', '/vmlinux');
INSERT INTO point VALUES (7, 'null', 1, '');
INSERT INTO metric VALUES (1, 'insns');
INSERT INTO run_point VALUES (4, 0, 7, 'bench-null', 2, 0, 1, 1000);
INSERT INTO boot VALUES (9, 4, 0, 'base-p0', 0, 0, 'measure', 1, 1, 'none', '',
	1, 1, '', '00000000', 1, 0);
INSERT INTO point_status VALUES (9, 7, 'DONE', '');
INSERT INTO sample VALUES (9, 7, 1, 0, 555, 1), (9, 7, 1, 1, 556, 1);
