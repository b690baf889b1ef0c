-- SPDX-License-Identifier: GPL-2.0-only
--
-- The index of all runs.  Each part below upgrades the database from the
-- previous version to the one named (PRAGMA user_version); a new database goes
-- through all of them.  A part that has been released is never changed: add
-- another.
--
-- Most bytes are samples (some 40,000 per run): their table is clustered by
-- boot, which makes an import an append, and carries no index of its own.
-- History of one point goes the other way round, point -> boots -> samples,
-- through the index on point_status.

-- version 1
PRAGMA application_id = 1667722603; -- "cgmk"

CREATE TABLE run (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	created TEXT NOT NULL,
	status TEXT NOT NULL,
	version TEXT NOT NULL,
	command_line TEXT NOT NULL,
	machine TEXT NOT NULL,
	machine_detail TEXT NOT NULL,
	host TEXT NOT NULL,
	guest_sha256 TEXT NOT NULL,
	suite TEXT NOT NULL,
	seed TEXT NOT NULL,
	perturbations INTEGER NOT NULL
) STRICT;
CREATE INDEX run_machine ON run (machine, created);

CREATE TABLE kernel (
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	idx INTEGER NOT NULL,
	name TEXT NOT NULL,
	spec TEXT NOT NULL,
	kernel_key TEXT NOT NULL,
	vmlinux_sha256 TEXT NOT NULL,
	source_version TEXT NOT NULL,
	release TEXT NOT NULL,
	patches TEXT NOT NULL,
	config_sha256 TEXT NOT NULL,
	toolchain TEXT NOT NULL,
	cmdline TEXT NOT NULL,
	image TEXT NOT NULL,
	PRIMARY KEY (run, idx)
) STRICT, WITHOUT ROWID;

-- Shared by all runs: a series is one point and metric on one machine.
CREATE TABLE point (
	id INTEGER PRIMARY KEY,
	bench TEXT NOT NULL,
	version INTEGER NOT NULL,
	params TEXT NOT NULL,
	UNIQUE (bench, version, params)
) STRICT;

-- A dictionary: its words stay when the last run that used one is replaced.
CREATE TABLE metric (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE
) STRICT;

-- What a run planned.
CREATE TABLE run_point (
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	idx INTEGER NOT NULL,
	point INTEGER NOT NULL REFERENCES point,
	"binary" TEXT NOT NULL,
	samples INTEGER NOT NULL,
	warmup INTEGER NOT NULL,
	nr_ops INTEGER NOT NULL,
	timeout_ms INTEGER NOT NULL,
	PRIMARY KEY (run, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_point_point ON run_point (point);

CREATE TABLE boot (
	id INTEGER PRIMARY KEY,
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	idx INTEGER NOT NULL,
	name TEXT NOT NULL,
	kernel INTEGER NOT NULL,
	perturbation INTEGER NOT NULL,
	role TEXT NOT NULL,
	finished INTEGER NOT NULL,
	ok INTEGER NOT NULL,
	blame TEXT NOT NULL,
	reason TEXT NOT NULL,
	wall_ms INTEGER NOT NULL,
	cpu_ms INTEGER NOT NULL,
	splat TEXT NOT NULL,
	samples_crc TEXT NOT NULL,
	samples_bytes INTEGER NOT NULL,
	damaged INTEGER NOT NULL,
	UNIQUE (run, idx)
) STRICT;

CREATE TABLE point_status (
	boot INTEGER NOT NULL REFERENCES boot ON DELETE CASCADE,
	point INTEGER NOT NULL REFERENCES point,
	status TEXT NOT NULL,
	text TEXT NOT NULL,
	PRIMARY KEY (boot, point)
) STRICT, WITHOUT ROWID;
CREATE INDEX point_status_point ON point_status (point);

CREATE TABLE sample (
	boot INTEGER NOT NULL,
	point INTEGER NOT NULL,
	metric INTEGER NOT NULL,
	rep INTEGER NOT NULL,
	value INTEGER NOT NULL,
	nr_ops INTEGER NOT NULL,
	PRIMARY KEY (boot, point, metric, rep),
	FOREIGN KEY (boot, point) REFERENCES point_status ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- version 2
-- Tells an import whether a run changed since the last one ('': look again).
ALTER TABLE run ADD COLUMN digest TEXT NOT NULL DEFAULT '';

-- Every trusted sample with all that says where it came from.
CREATE VIEW series AS
SELECT
	run.machine,
	point.bench,
	point.version,
	point.params,
	metric.name AS metric,
	run.created,
	run.name AS run,
	kernel.name AS kernel,
	kernel.kernel_key,
	boot.name AS boot,
	boot.role,
	boot.perturbation,
	sample.rep,
	sample.value,
	sample.nr_ops
FROM point
JOIN point_status ON point_status.point = point.id
JOIN boot ON boot.id = point_status.boot
JOIN run ON run.id = boot.run
JOIN kernel ON kernel.run = run.id AND kernel.idx = boot.kernel
JOIN sample ON sample.boot = boot.id AND sample.point = point.id
JOIN metric ON metric.id = sample.metric
WHERE boot.ok AND NOT boot.damaged;

-- version 3
-- Events that a boot could not count at a point, and why.
CREATE TABLE lack (
	boot INTEGER NOT NULL,
	point INTEGER NOT NULL,
	metric INTEGER NOT NULL REFERENCES metric,
	reason TEXT NOT NULL,
	PRIMARY KEY (boot, point, metric),
	FOREIGN KEY (boot, point) REFERENCES point_status ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
UPDATE run SET digest = '';

-- version 4
-- Runs made before it have no name of a series.
ALTER TABLE kernel ADD COLUMN series TEXT NOT NULL DEFAULT '';
ALTER TABLE kernel ADD COLUMN series_sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE kernel ADD COLUMN series_total TEXT NOT NULL DEFAULT '';

-- version 5
-- When an earlier run measured a boot ('': this run did), so that a history does
-- not take one measurement for several.
ALTER TABLE boot ADD COLUMN cached TEXT NOT NULL DEFAULT '';
DROP VIEW series;
CREATE VIEW series AS
SELECT
	run.machine,
	point.bench,
	point.version,
	point.params,
	metric.name AS metric,
	run.created,
	run.name AS run,
	kernel.name AS kernel,
	kernel.kernel_key,
	boot.name AS boot,
	boot.role,
	boot.perturbation,
	boot.cached,
	sample.rep,
	sample.value,
	sample.nr_ops
FROM point
JOIN point_status ON point_status.point = point.id
JOIN boot ON boot.id = point_status.boot
JOIN run ON run.id = boot.run
JOIN kernel ON kernel.run = run.id AND kernel.idx = boot.kernel
JOIN sample ON sample.boot = boot.id AND sample.point = point.id
JOIN metric ON metric.id = sample.metric
WHERE boot.ok AND NOT boot.damaged;

-- version 6
-- On what a kernel boots, and the modules that it loads for that.
ALTER TABLE kernel ADD COLUMN board TEXT NOT NULL DEFAULT '';
ALTER TABLE kernel ADD COLUMN modules TEXT NOT NULL DEFAULT '';

-- version 7
-- A row for each sample made an import slow, and most of it keys.  Samples with
-- successive numbers and the same nr_ops are one row now: list is a JSON array of
-- their nr values, rep the number of the first.  The view gives them one by one.
CREATE TABLE sample_list (
	boot INTEGER NOT NULL,
	point INTEGER NOT NULL,
	metric INTEGER NOT NULL,
	rep INTEGER NOT NULL,
	nr INTEGER NOT NULL,
	nr_ops INTEGER NOT NULL,
	list TEXT NOT NULL,
	PRIMARY KEY (boot, point, metric, rep),
	FOREIGN KEY (boot, point) REFERENCES point_status ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
INSERT INTO sample_list
SELECT boot, point, metric, min(rep), count(*), nr_ops,
	'[' || group_concat(value) || ']'
FROM (
	SELECT *, rep - row_number() OVER (
		PARTITION BY boot, point, metric, nr_ops ORDER BY rep
	) AS gap
	FROM sample
	ORDER BY boot, point, metric, rep
)
GROUP BY boot, point, metric, nr_ops, gap;
DROP TABLE sample;
CREATE VIEW sample AS
SELECT boot, point, metric, rep + each.key AS rep, each.value, nr_ops
FROM sample_list, json_each(sample_list.list) AS each;

-- version 8
-- Of which job of nightly.ini a run is, and of which of its nights ('': by hand).
ALTER TABLE run ADD COLUMN job TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN night TEXT NOT NULL DEFAULT '';
-- What a history shows of a run's kernels at its points, so that a history of years
-- does not read every sample again.  It comes from the samples of the run when
-- somebody asks for it first; summed is by which version of the procedure (0: not
-- yet).  NULL: no such number.
ALTER TABLE run ADD COLUMN summed INTEGER NOT NULL DEFAULT 0;
CREATE TABLE figure (
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	kernel INTEGER NOT NULL,
	point INTEGER NOT NULL REFERENCES point,
	metric INTEGER NOT NULL REFERENCES metric,
	value REAL NOT NULL,
	p99 REAL,
	spread REAL,
	kept INTEGER NOT NULL,
	repeated INTEGER NOT NULL,
	boots TEXT NOT NULL, -- JSON: [[perturbation, value], ...]
	PRIMARY KEY (run, kernel, point, metric)
) STRICT, WITHOUT ROWID;
CREATE INDEX figure_point ON figure (point);
