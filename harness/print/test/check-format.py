#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
check-format.py: reads files with parsers of their formats, and compares what they
say with the same comparison as --format json.  Each line of stdin is one file:

    NAME <tab> FORMAT <tab> FILE <tab> JSON <tab> all|changed|spoilt

changed: FILE has only points that changed; spoilt: the parser must refuse it.
Prints a line for each, its status and its name, after comments that say why.
"""
import collections
import csv
import json
import math
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as xml

Point = collections.namedtuple("Point", "bench params metric")


def clean(text):
    """What print_clean() leaves of text in JSON."""
    return "".join("?" if ord(c) < 32 or 127 <= ord(c) < 160 else c for c in text)


class Fault(Exception):
    """The file does not say what it should."""


def fail(why):
    raise Fault(why)


def same(what, got, wanted):
    if got != wanted:
        fail(f"{what}: got {got!r}, wanted {wanted!r}")


def close(what, got, wanted):
    if not math.isclose(got, wanted, rel_tol=1e-6, abs_tol=1e-6):
        fail(f"{what}: got {got}, wanted {wanted}")


class Comparison:
    """The JSON, by point and contender."""

    def __init__(self, path, changed):
        with open(path, encoding="utf-8") as f:
            self.json = json.load(f)
        self.base = clean(self.json["base"])
        self.contenders = [clean(c["name"]) for c in self.json["contenders"]]
        self.effects = {}
        for p in self.json["points"]:
            self.effects[self.point(p), clean(p["contender"])] = p
        moved = {"REGRESSION", "IMPROVEMENT"}
        # Rows of which one kernel changed, and what changed of these.
        self.rows = {k[0] for k, p in self.effects.items()
                     if not changed or p["verdict"] in moved}
        self.cases = {k: p for k, p in self.effects.items()
                      if not changed or p["verdict"] in moved}

    @staticmethod
    def point(p):
        return Point(clean(p["benchmark"]), clean(p["params"]), clean(p["metric"]))

    def verdicts(self, contender, *wanted):
        return sum(1 for (_, c), p in self.cases.items()
                   if c == contender and p["verdict"] in wanted)


def read(path):
    with open(path, encoding="utf-8", newline="") as f:
        text = f.read()
    same("control characters", [c for c in text if c != "\n" and clean(c) != c], [])
    return text


def check_csv(c, path, text, changed):
    rows = list(csv.DictReader(text.splitlines(True), strict=True))
    same("columns", {len(r) for r in rows} <= {19}, True)
    same("no column more", any(None in r for r in rows), False)
    seen = {}
    for r in rows:
        seen[Point(r["benchmark"], r["params"], r["metric"]), r["contender"]] = r
        same("base", r["base"], c.base)
    same("no line twice", len(seen), len(rows))
    for key, p in c.cases.items():
        r = seen.pop(key)
        same("verdict", r["verdict"], p["verdict"])
        same("reason", r["reason"], clean(p["reason"]))
        if p["effect"] is None or not p["boot_pairs"]:
            continue
        close("value", float(r["contender_value"]), p["contender_median"])
        close("change", float(r["change_percent"]), p["change_percent"])
    # What is left has no verdict: skipped.
    for key, r in seen.items():
        same(f"verdict of {key}", (r["verdict"], changed), ("", False))
        same("status", "SKIP" in (r["base_status"], r["contender_status"]), True)


def check_markdown(c, path, text, changed):
    tree = subprocess.run(["cmark-gfm", "-e", "table", "-t", "xml"], check=True,
                          input=text.encode(), stdout=subprocess.PIPE).stdout
    space = {"m": "http://commonmark.org/xml/1.0"}
    root = xml.fromstring(re.sub(rb"<!DOCTYPE[^>]*>", b"", tree))
    kinds = {e.tag.split("}")[1] for e in root.iter()}
    same("no markup but ours", kinds - {
        "document", "paragraph", "strong", "text", "list", "item", "table",
        "table_header", "table_row", "table_cell", "softbreak"}, set())
    tables = root.findall("m:table", space)
    same("tables", len(tables), 1 if c.rows or not changed and c.json["notes"] and tables else 0)
    if not tables:
        return
    lines = [["".join(t.text or "" for t in cell.iter() if t.tag.endswith("text"))
              for cell in row] for row in tables[0]]
    head = ["benchmark", "params", c.base] + c.contenders
    if len(c.contenders) == 1:
        head += ["change", "verdict"]
    same("head", lines[0], [h.strip() for h in head])
    same("width", {len(l) for l in lines}, {len(head)})
    named = {(re.sub(r" \([^()]*\)$", "", l[0]), l[1]) for l in lines[1:]}
    same("rows", {(p.bench.strip(), p.params) for p in c.rows} - named, set())
    if changed:
        same("no row more", len(lines) - 1, len(c.rows))


def check_junit(c, path, text, changed):
    root = xml.fromstring(text.encode())
    suites = root.findall("testsuite")
    same("suites", [s.get("name") for s in suites],
         [f"{k} against {c.base}" for k in c.contenders])
    for suite, name in zip(suites, c.contenders):
        cases = suite.findall("testcase")
        same("tests", int(suite.get("tests")), len(cases))
        for what, tag in (("failures", "failure"), ("errors", "error"),
                          ("skipped", "skipped")):
            same(what, int(suite.get(what)), len(suite.findall(f".//{tag}")))
        names = {(t.get("classname"), t.get("name")) for t in cases}
        same("no case twice", len(names), len(cases))
        for (p, kernel), effect in c.cases.items():
            wanted = " ".join(w for w in (p.params, p.metric) if w) or "point"
            if kernel == name:
                same(f"{p} is there", ("cgmark." + p.bench, wanted) in names, True)
        failed = {f.get("type") for f in suite.findall(".//failure")}
        same("failures", failed <= {"REGRESSION", "INVALID"}, True)
        same("regressions", sum(f.get("type") == "REGRESSION"
                                for f in suite.findall(".//failure")),
             c.verdicts(name, "REGRESSION"))
        same("faults", sum(f.get("type") == "INVALID" for f in suite.iter()
                           if f.tag in ("failure", "error")),
             c.verdicts(name, "INVALID"))


KTAP_RESULT = re.compile(r"^(not )?ok (\d+)( - | )([^#]*?)( # (.*))?$")


def ktap_level(lines, depth):
    """One level of KTAP: results as (ok, name, directive, subtests)."""
    indent = " " * (4 * depth)
    same("version", lines.pop(0), indent + "KTAP version 1")
    while lines[0].startswith(indent + "#"):
        lines.pop(0)
    plan = re.fullmatch(r"1\.\.(\d+)", lines.pop(0)[len(indent):])
    if not plan:
        fail("no plan")
    results, subtests = [], []
    while lines:
        line = lines[0]
        if line.startswith(indent + "    KTAP"):
            subtests = ktap_level(lines, depth + 1)
            continue
        if not line.startswith(indent) or line.startswith(indent + " "):
            break
        lines.pop(0)
        line = line[len(indent):]
        if line.startswith("#"):
            continue
        m = KTAP_RESULT.match(line)
        if not m:
            fail(f"neither result nor comment: {line!r}")
        same("number", int(m[2]), len(results) + 1)
        results.append((not m[1], m[4], m[6] or "", subtests))
        subtests = []
    same("plan", int(plan[1]), len(results))
    return results


def check_ktap(c, path, text, changed):
    lines = text.split("\n")
    same("last line", lines.pop(), "")
    results = ktap_level(lines, 0)
    same("nothing behind it", lines, [])
    plain = [k.replace("#", " ") for k in c.contenders]
    same("tests", [r[1].strip() for r in results], [k.strip() for k in plain])
    for name, (ok, _, _, subtests) in zip(c.contenders, results):
        bad = [s for s in subtests if not s[0]]
        same("parent", ok, not bad)
        same("not ok", len(bad), c.verdicts(name, "REGRESSION", "INVALID"))
        same("directives", {s[2].split(" ")[0] for s in subtests} <= {"", "SKIP"}, True)
        known = {s[1].strip() for s in subtests}
        for (p, kernel), _ in c.cases.items():
            wanted = " ".join(w for w in p if w).replace("#", " ").strip()
            if kernel == name:
                same(f"{p} is there", wanted in known, True)


def check_benchstat(c, path, text, changed):
    """The rules of golang.org/x/perf/benchfmt."""
    config, units, values = {}, set(), collections.defaultdict(list)
    for line in text.split("\n"):
        if line.startswith("Benchmark"):
            f = line.split()
            if len(f) < 4 or len(f) % 2:
                fail(f"fields: {line!r}")
            same("iterations", f[1].isdigit(), True)
            same("a letter behind Benchmark", f[0][9:10].islower(), False)
            if f[0].split("/")[-1].rpartition("-")[2].isdigit() and "-" in f[0]:
                same("procs", re.search(r"-\d+-1$", f[0]) is not None
                     or not re.search(r"-\d+$", f[0]), True)
            for value, unit in zip(f[2::2], f[3::2]):
                same("unit is known", unit in units, True)
                values[config["kernel"], f[0], unit].append(float(value))
        elif line.startswith("Unit "):
            f = line.split()
            same("unit line", f[2:], ["better=lower"])
            units.add(f[1])
        elif m := re.match(r"([a-z][^\sA-Z:]*):([ \t]+|$)(.*)$", line):
            config[m[1]] = m[3]
        else:
            same("an ignored line", line, "")
    wanted = collections.Counter()
    for (p, kernel), effect in c.effects.items():
        if p not in c.rows:
            continue
        for boot in effect["boots"]:
            one = boot["contender"]
            if one and one["used"] and one["value"] is not None:
                wanted[kernel] += 1
    got = collections.Counter()
    for (kernel, _, _), v in values.items():
        got[kernel] += len(v)
    for kernel in c.contenders:
        if got[kernel.strip()] < wanted[kernel]:
            fail(f"{kernel}: {got[kernel]} values, not {wanted[kernel]}")
    if changed:
        same("no value more", sum(got[k.strip()] for k in c.contenders),
             sum(wanted.values()))


def mean(values):
    return sum(values) / len(values)


def check_lkp(c, path, text, changed):
    lines = text.split("\n")
    same("rule", lines[0], "=" * 89)
    kernels = 1 + len(c.contenders)
    dashes = [l for l in lines if re.fullmatch(r"-{16} (-{27} )*", l)]
    same("head", [len(d.split()) for d in dashes], [kernels])
    means, failures, where = {}, {}, None
    for line in lines[lines.index(dashes[0]) + 1:]:
        if "%stddev" in line:
            where = means
        elif "fail:runs" in line:
            where = failures
        elif line and "|" not in line.replace("|", "", 0)[:14] or line[:1] == " " and \
                where is not None and not re.fullmatch(r"[ |\\]*", line):
            width = 16 + 28 * (kernels - 1)
            where[line[width + 2:]] = line[:width]
    for (p, kernel), effect in c.effects.items():
        if p not in c.rows or not effect["boot_pairs"]:
            continue
        key = ".".join(w for w in p if w)
        columns = means[key]
        k = c.contenders.index(kernel)
        part = columns[16 + 28 * k:44 + 28 * k]
        pairs = [b for b in effect["boots"]
                 if b["base"] and b["contender"] and b["base"]["used"] and
                 b["contender"]["used"] and b["base"]["value"] and
                 b["contender"]["value"]]
        base = mean([b["base"]["value"] for b in pairs])
        cont = mean([b["contender"]["value"] for b in pairs])
        if abs(float(part[:10]) - 100 * (cont - base) / base) > 0.051:
            fail(f"{key}: change {part[:10]}")
        if abs(float(part[12:22]) - cont) > 0.51:
            fail(f"{key}: mean {part[12:22]}, not {cont}")
    wanted = {".".join(w for w in p if w) for (p, _), e in c.effects.items()
              if "FAIL" in (e["base_status"], e["contender_status"])}
    same("failed points", wanted - set(failures), set())


def check_kcidb(c, path, text, changed):
    import jsonschema
    report = json.loads(text)
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "kcidb-v5.json"), encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for error in validator.iter_errors(report):
        fail(f"{error.json_path}: {error.message}")
    builds = {b["id"] for b in report["builds"]}
    same("builds have checkouts", {b["checkout_id"] for b in report["builds"]},
         {k["id"] for k in report["checkouts"]})
    ids = [t["id"] for t in report["tests"]]
    same("no test twice", len(set(ids)), len(ids))
    same("tests have builds", {t["build_id"] for t in report["tests"]} - builds, set())
    tests = {}
    for t in report["tests"]:
        m = t["misc"]
        key = Point(clean(m["benchmark"]), clean(m.get("params", "")),
                    clean(m.get("metric", "")))
        tests[key, clean(m["kernel"])] = t
        if t["status"] in ("MISS", "SKIP", "ERROR"):
            same("no figure where nothing was measured", "number" in t, False)
    for key, effect in c.effects.items():
        if key[0] not in c.rows:
            continue
        t = tests[key]
        if effect["verdict"] == "REGRESSION":
            same("a regression", t["status"], "FAIL")
        else:
            same("status", t["status"], {"MISSING": "MISS"}.get(
                effect["contender_status"], effect["contender_status"]))
        if t["status"] == "DONE" and effect["boot_pairs"]:
            close("value", t["number"]["value"], effect["contender_median"])


def check_mail(c, path, text, changed):
    lines = text.split("\n")
    same("last line", lines.pop(), "")
    for line in lines:
        if len(line) > 72 and not re.match("(Tested|Reported)-by: ", line):
            fail(f"{len(line)} columns: {line}")
        if re.match(r"---|diff -|Index: |From |>From|#|-- $", line):
            fail(f"git reads this line: {line}")
        if line.endswith(" "):
            fail(f"ends in a blank: {line!r}")
    # The command is the one of the run, when a shell reads it.
    at = next(i for i, l in enumerate(lines) if l.startswith("To reproduce"))
    end = lines.index("", at) if "" in lines[at:] else len(lines)
    words = [subprocess.run(["sh", "-c", 'printf "%s\\n" ' + text], check=True,
                            stdout=subprocess.PIPE).stdout
             for text in ("\n".join(lines[at + 1:end]),
                          c.json["run"]["command_line"])]
    same("command", words[0], words[1])
    # git keeps the whole of it in the message, and finds the tags.
    mail = ("From: A <a@b.c>\nSubject: [PATCH] subject\n"
            "Content-Type: text/plain; charset=UTF-8\n\n" + text +
            "---\n a | 1 +\n\ndiff --git a/a b/a\nnew file mode 100644\n"
            "--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+a\n")
    message = path + ".message"
    subprocess.run(["git", "mailinfo", message, path + ".patch"], check=True,
                   input=mail.encode(), stdout=subprocess.DEVNULL)
    same("message", read(message), text)
    tags = subprocess.run(["git", "interpret-trailers", "--parse", message], check=True,
                          stdout=subprocess.PIPE).stdout.decode().splitlines()
    strict = c.json["exit_status_strict"]
    wanted = {0: ["Tested-by: A B <a@b.c>"], 1: ["Reported-by: A B <a@b.c>"]}
    same("tags", tags, wanted.get(strict, []))


def check_text(c, path, text, changed):
    for line in text.split("\n"):
        if len(line) > 78 or any(ord(ch) < 32 for ch in line):
            fail(f"line: {line!r}")
    named = [p for p in c.rows if p.bench not in text]
    # Names that are too long are wrapped.
    same("points", [p for p in named if len(p.bench) < 40], [])


def check(form, path, json_path, how):
    comparison = Comparison(json_path, how == "changed")
    globals()["check_" + form](comparison, path, read(path), how == "changed")


def main():
    for line in sys.stdin:
        name, form, path, json_path, how = line.rstrip("\n").split("\t")
        why = None
        try:
            check(form, path, json_path, how)
        # A parser of ours may stumble over what is wrong in any way.
        except Exception as e:
            why = f"{type(e).__name__}: {e}"
        if how == "spoilt":
            why = None if why else "it is taken for whole"
        if why:
            print("#", why.replace("\n", " "))
        print(1 if why else 0, name)


main()
