#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# check-site.py SITE AXE.js [PAGE...]: opens pages in headless Chromium, at the widths
# of a phone and of a desk, light and dark, and prints what is wrong with them, a line
# each.  Exit status: 0 nothing is, 1 something is, 2 there was no browser.

import html.parser
import json
import os
import subprocess
import sys
import tempfile
import urllib.parse

WIDTHS = (390, 1280)
SCHEMES = ("light", "dark")
# It takes long, and depends on width and scheme apart from each other.
AXE_AT = ((390, "dark"), (1280, "light"))
PAGE_BYTES = 2 << 20

LOOK = """(() => {
	document.querySelectorAll("details").forEach(d => d.open = true);
	const name = e => e.tagName + (e.className && e.className.baseVal === undefined
		? "." + e.className : "") + " " + (e.getAttribute("src") || "");
	const shown = e => {
		const r = e.getBoundingClientRect();
		return r.width > 20 && r.height > 8 && r.left >= 0 &&
			r.right <= innerWidth + 1;
	};
	const plots = [...document.querySelectorAll("img, svg")];
	return {
		wide: document.documentElement.scrollWidth - innerWidth,
		blind: plots.filter(e => !shown(e) ||
			(e.tagName == "IMG" && !(e.complete && e.naturalWidth > 0)))
			.map(name),
		mute: plots.filter(e => e.tagName == "IMG" ? !e.alt :
			!e.getAttribute("aria-label") && !e.querySelector("title"))
			.map(name),
		sideways: [...document.querySelectorAll("body *")].filter(e =>
			e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 &&
			["auto", "scroll"].includes(getComputedStyle(e).overflowX))
			.map(name),
		scripts: document.scripts.length,
		plots: plots.length,
	};
})()"""

AXE = """axe.run(document, {resultTypes: ["violations"]}).then(r =>
	r.violations.map(v => v.id + ": " + v.nodes[0].html.slice(0, 160) + " (" +
		v.nodes.length + ")"))"""


class Browser:
	"""Speaks the DevTools protocol over a pair of pipes."""

	def __init__(self, profile):
		to_read, self.write_fd = os.pipe()
		self.read_fd, to_write = os.pipe()
		self.child = subprocess.Popen(
			["sh", "-c", 'exec "$@" 3<&%d 4>&%d' % (to_read, to_write),
			 "sh", "chromium", "--headless=new", "--no-sandbox",
			 "--disable-gpu", "--disable-dev-shm-usage",
			 "--no-first-run", "--disable-extensions",
			 "--disable-background-networking",
			 "--user-data-dir=" + profile, "--remote-debugging-pipe"],
			pass_fds=(to_read, to_write), stdin=subprocess.DEVNULL,
			stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
		os.close(to_read)
		os.close(to_write)
		self.buffer = b""
		self.number = 0
		self.events = []
		self.session = None

	def receive(self):
		while b"\0" not in self.buffer:
			more = os.read(self.read_fd, 1 << 20)
			if not more:
				sys.exit("chromium ended")
			self.buffer += more
		message, self.buffer = self.buffer.split(b"\0", 1)
		return json.loads(message)

	def call(self, method, **params):
		self.number += 1
		message = {"id": self.number, "method": method, "params": params}
		if self.session:
			message["sessionId"] = self.session
		os.write(self.write_fd, json.dumps(message).encode() + b"\0")
		while True:
			answer = self.receive()
			if answer.get("id") != self.number:
				self.events.append(answer)
			elif "error" in answer:
				sys.exit("%s: %s" % (method, answer["error"]))
			else:
				return answer["result"]

	def wait_for(self, method):
		while not any(e.get("method") == method for e in self.events):
			self.events.append(self.receive())

	def evaluate(self, text):
		r = self.call("Runtime.evaluate", expression=text,
			      returnByValue=True, awaitPromise=True)
		if "exceptionDetails" in r:
			sys.exit("script: %s" % json.dumps(r["exceptionDetails"])[:400])
		return r["result"].get("value")

	def open_tab(self):
		target = self.call("Target.createTarget", url="about:blank")
		self.session = self.call("Target.attachToTarget", flatten=True,
					 targetId=target["targetId"])["sessionId"]
		for domain in ("Page", "Runtime", "Log", "Network"):
			self.call(domain + ".enable")

	def close(self):
		os.close(self.write_fd)
		self.child.terminate()
		self.child.wait()


class Page(html.parser.HTMLParser):
	"""The links and anchors of a page."""

	def __init__(self, path):
		super().__init__()
		self.links, self.ids = [], set()
		with open(path, encoding="utf-8") as f:
			self.feed(f.read())

	def handle_starttag(self, tag, attributes):
		for key, value in attributes:
			if key in ("href", "src", "srcset"):
				self.links.append(value)
			elif key == "id":
				if value in self.ids:
					self.links.append("id twice: " + value)
				self.ids.add(value)


class Site:
	def __init__(self, top):
		self.top = os.path.realpath(top)
		self.pages = {}

	def page(self, path):
		if path not in self.pages:
			self.pages[path] = Page(path)
		return self.pages[path]

	def bad_link(self, path, link):
		url = urllib.parse.urlsplit(link)
		if url.scheme or url.netloc or link.startswith("id twice"):
			return "leads elsewhere"
		to = path
		if url.path:
			to = os.path.normpath(os.path.join(
				os.path.dirname(path), urllib.parse.unquote(url.path)))
		if not to.startswith(self.top + "/"):
			return "leads out of the site"
		if not os.path.isfile(to):
			return "leads to nothing"
		if url.fragment and to.endswith(".html") and \
		   urllib.parse.unquote(url.fragment) not in self.page(to).ids:
			return "has no such place"
		return None

	def check_links(self, path):
		for link in sorted(set(self.page(path).links)):
			why = self.bad_link(path, link)
			if why:
				yield "link '%s' %s" % (link, why)


def check_events(events, top):
	for e in events:
		method, p = e.get("method"), e.get("params", {})
		if method == "Network.requestWillBeSent":
			url = p["request"]["url"]
			if not url.startswith("file://" + top + "/"):
				yield "asks for " + url
		elif method == "Log.entryAdded":
			yield "log: " + p["entry"]["text"]
		elif method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
			yield "console: " + json.dumps(p)[:200]
		elif method == "Network.loadingFailed":
			yield "cannot load: " + p.get("errorText", "")


def check_look(look, width):
	if look["wide"] > 0:
		yield "the page scrolls sideways by %d" % look["wide"]
	for plot in look["blind"]:
		yield "not visible: " + plot
	for plot in look["mute"]:
		yield "without text: " + plot
	if width < 640:
		for e in look["sideways"]:
			yield "scrolls sideways: " + e
	if look["scripts"]:
		yield "%d scripts" % look["scripts"]


def check_page(browser, site, path, axe):
	if os.path.getsize(path) > PAGE_BYTES:
		yield "%d bytes" % os.path.getsize(path)
	yield from site.check_links(path)
	for width in WIDTHS:
		for scheme in SCHEMES:
			browser.call("Emulation.setDeviceMetricsOverride", width=width,
				     height=900, deviceScaleFactor=1, mobile=False)
			browser.call("Emulation.setEmulatedMedia", features=[
				{"name": "prefers-color-scheme", "value": scheme}])
			browser.events.clear()
			browser.call("Page.navigate",
				     url="file://" + urllib.parse.quote(path))
			browser.wait_for("Page.loadEventFired")
			found = list(check_look(browser.evaluate(LOOK), width))
			found += list(check_events(browser.events, urllib.parse.quote(
				site.top)))
			if (width, scheme) in AXE_AT:
				browser.evaluate(axe)
				found += ["axe: " + v for v in
					  browser.evaluate(AXE)]
			for what in found:
				yield "%d %s: %s" % (width, scheme, what)


def all_pages(top):
	for folder, _, names in sorted(os.walk(top)):
		if os.path.relpath(folder, top).split(os.sep)[0] == "data":
			continue
		for name in sorted(names):
			if name.endswith(".html"):
				yield os.path.join(folder, name)


def main():
	site = Site(sys.argv[1])
	with open(sys.argv[2], encoding="utf-8") as f:
		axe = f.read()
	pages = [os.path.join(site.top, p) for p in sys.argv[3:]]
	bad = checked = 0
	with tempfile.TemporaryDirectory() as profile:
		browser = Browser(profile)
		browser.open_tab()
		for path in pages or all_pages(site.top):
			checked += 1
			for what in check_page(browser, site, path, axe):
				bad += 1
				print("%s: %s" % (os.path.relpath(path, site.top), what))
		browser.close()
	print("# %d pages" % checked)
	sys.exit(1 if bad or not checked else 0)


main()
