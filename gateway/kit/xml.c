/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* kit/xml.c: reads XML from end to end, and keeps nothing but the names of the elements that are open. */
#include "gateway/kit/xml.h"

#include <ctype.h>

#define XML_DEPTH 64
#define XML_ATTRIBUTES 64

struct xml {
	struct sh_str text;
	size_t at;
	struct sh_str open[XML_DEPTH];
	unsigned depth, roots;
	const char *why; /* the first fault */
};

static bool
xml_is(const struct xml *x, const char *word)
{
	size_t n = strlen(word);

	return x->text.n - x->at >= n && memcmp(x->text.s + x->at, word, n) == 0;
}

static bool
xml_take(struct xml *x, const char *word)
{
	bool is = xml_is(x, word);

	x->at += is ? strlen(word) : 0;
	return is;
}

static void
xml_fail(struct xml *x, const char *why)
{
	x->why = x->why ? x->why : why;
	x->at = x->text.n;
}

static bool
xml_blanks(struct xml *x)
{
	size_t begin = x->at;

	while (x->at < x->text.n && memchr(" \t\r\n", x->text.s[x->at], 4))
		x->at++;
	return x->at > begin;
}

/* A letter or _ first; bytes of other alphabets count as letters. */
static struct sh_str
xml_name(struct xml *x)
{
	size_t begin = x->at;

	for (; x->at < x->text.n; x->at++) {
		unsigned char c = (unsigned char)x->text.s[x->at];
		bool letter = isalpha(c) || c == '_' || c == ':' || c >= 0x80;

		if (!letter && (x->at == begin || (!isdigit(c) && c != '-' && c != '.')))
			break;
	}
	if (x->at == begin)
		xml_fail(x, "no XML: a < or & that is not escaped");
	return (struct sh_str){ x->text.s + begin, x->at - begin };
}

/* Behind its &. */
static void
xml_reference(struct xml *x)
{
	static const char *const known[] = { "amp;", "lt;", "gt;", "quot;", "apos;", NULL };
	size_t begin;
	bool hex;

	for (size_t i = 0; known[i]; i++)
		if (xml_take(x, known[i]))
			return;
	if (!xml_take(x, "#")) {
		xml_fail(x, "no XML: a < or & that is not escaped");
		return;
	}
	hex = xml_take(x, "x");
	begin = x->at;
	while (x->at < x->text.n && (hex ? isxdigit((unsigned char)x->text.s[x->at]) : isdigit((unsigned char)x->text.s[x->at])))
		x->at++;
	if (x->at == begin || !xml_take(x, ";"))
		xml_fail(x, "no XML: a < or & that is not escaped");
}

static void
xml_value(struct xml *x)
{
	char quote = x->at < x->text.n ? x->text.s[x->at++] : '\0';

	if (quote != '"' && quote != '\'') {
		xml_fail(x, "no XML: an attribute without quotes");
		return;
	}
	while (x->at < x->text.n && x->text.s[x->at] != quote) {
		if (xml_take(x, "&"))
			xml_reference(x);
		else if (xml_is(x, "<"))
			xml_fail(x, "no XML: a < or & that is not escaped");
		else
			x->at++;
	}
	if (x->at == x->text.n)
		xml_fail(x, "no XML: it breaks off");
	else
		x->at++;
}

/* Behind the name of an element, up to its end. */
static void
xml_attributes(struct xml *x)
{
	struct sh_str names[XML_ATTRIBUTES];
	unsigned n = 0;
	bool blank;

	while ((blank = xml_blanks(x)), !x->why && x->at < x->text.n && !xml_is(x, ">") && !xml_is(x, "/>")) {
		if (!blank || n == XML_ATTRIBUTES) {
			xml_fail(x, blank ? "XML with too many attributes" : "no XML: a quote that is not escaped");
			return;
		}
		names[n] = xml_name(x);
		for (unsigned i = 0; i < n; i++)
			if (sh_str_eq(names[i], names[n]))
				xml_fail(x, "no XML: an attribute twice");
		n++;
		xml_blanks(x);
		if (!xml_take(x, "="))
			xml_fail(x, "no XML: an attribute without a value");
		xml_blanks(x);
		if (!x->why)
			xml_value(x);
	}
}

static void
xml_element(struct xml *x)
{
	struct sh_str name = xml_name(x);

	if (x->depth == XML_DEPTH || (x->depth == 0 && x->roots++ > 0))
		xml_fail(x, x->depth ? "XML that is too deep" : "no XML: a second outermost element");
	if (!x->why)
		xml_attributes(x);
	if (x->why || xml_take(x, "/>"))
		return;
	if (!xml_take(x, ">"))
		xml_fail(x, "no XML: it breaks off");
	else
		x->open[x->depth++] = name;
}

/* Behind its </. */
static void
xml_close(struct xml *x)
{
	struct sh_str name = xml_name(x);

	xml_blanks(x);
	if (!xml_take(x, ">") || x->depth == 0 || !sh_str_eq(x->open[x->depth - 1], name))
		xml_fail(x, "no XML: an element that is not closed where it belongs");
	else
		x->depth--;
}

static void
xml_past(struct xml *x, const char *end)
{
	const char *found = memmem(x->text.s + x->at, x->text.n - x->at, end, strlen(end));

	if (found)
		x->at = (size_t)(found - x->text.s) + strlen(end);
	else
		xml_fail(x, "no XML: it breaks off");
}

const char *
sh_xml_fault(struct sh_str text)
{
	struct xml x = { .text = text };

	if (xml_take(&x, "<?xml"))
		xml_past(&x, "?>");
	while (x.at < text.n) {
		if (xml_take(&x, "<!--"))
			xml_past(&x, "-->");
		else if (x.depth > 0 && xml_take(&x, "<![CDATA["))
			xml_past(&x, "]]>");
		else if (xml_take(&x, "</"))
			xml_close(&x);
		else if (xml_take(&x, "<"))
			xml_element(&x);
		else if (x.depth == 0 && !xml_blanks(&x))
			xml_fail(&x, "no XML: text outside of its element");
		else if (x.depth > 0 && xml_take(&x, "&"))
			xml_reference(&x);
		else if (x.depth > 0)
			x.at++;
	}
	if (x.depth > 0 || x.roots == 0)
		xml_fail(&x, "no XML: it breaks off");
	return x.why;
}
