/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/xml.h: is a text well-formed XML, as far as replies to providers need to know? Inside gateway/kit only.
 */
#ifndef SH_KIT_XML_H
#define SH_KIT_XML_H

#include "gateway/base/buf.h"

/*
 * NULL: one element that all others stand in, each closed where it belongs, attributes quoted and once each, & and < escaped. Else what
 * is wrong, in a few words. A document type, which no reply needs, is wrong; names are looked at only as far as they end.
 */
const char *sh_xml_fault(struct sh_str text);

#endif
