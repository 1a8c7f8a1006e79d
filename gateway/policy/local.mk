# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libpolicy.a
%C%_libpolicy_a_SOURCES = %D%/quiet.c %D%/quiet.h %D%/policy.c %D%/policy_read.c %D%/policy.h %D%/decide.c %D%/decide.h
%C%_libpolicy_a_SOURCES += %D%/decide_hours.c %D%/decide_hours.h %D%/policy_print.c %D%/record.c %D%/record_explain.c %D%/record.h
%C%_libpolicy_a_SOURCES += %D%/plan.c %D%/plan.h %D%/lack.c %D%/lack.h
%C%_libpolicy_a_SOURCES += %D%/policy_keys.def %D%/policy_key.c %D%/policy_key.h %D%/policy_retry.c %D%/policy_hours.c %D%/policy_list.c %D%/policy_show.c
%C%_libpolicy_a_SOURCES += %D%/holiday.c %D%/holiday.h %D%/holiday.def %D%/hours_read.c %D%/hours_read.h
%C%_libpolicy_a_SOURCES += %D%/pack.c %D%/pack_read.c %D%/pack_show.c %D%/pack.h %D%/pack_private.h
%C%_libpolicy_a_SOURCES += %D%/spoken.h %D%/spoken_private.h %D%/spoken_class.def
%C%_libpolicy_a_SOURCES += %D%/spoken_limits.c
%C%_libpolicy_a_SOURCES += %D%/spoken_zone.c %D%/spoken_where.c %D%/spoken_zone_en.def %D%/spoken_stamp.c %D%/spoken_stamp.h %D%/spoken_value.c
EXTRA_DIST += %D%/spoken_city.awk
# The cities of IANA's names, from the machine that builds; without its data the table is empty.
BUILT_SOURCES += %D%/spoken_city.inc
CLEANFILES += %D%/spoken_city.inc
%D%/spoken_zone.$(OBJEXT): %D%/spoken_city.inc
%D%/spoken_city.inc: %D%/spoken_city.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && zi='$(TZDATA_ZI)' && if test ! -r "$$zi"; then zi=/dev/null; fi && \
	$(AWK) -f $(srcdir)/%D%/spoken_city.awk "$$zi" | LC_ALL=C sort -t "$$(printf '\t')" -k1,1 -u | \
	$(AWK) -F '\t' '{ printf "\t{ \"%s\", \"%s\" },\n", $$1, $$2 }' >$@.tmp && mv $@.tmp $@

%C%_libpolicy_a_SOURCES += %D%/prefix.c %D%/prefix.h %D%/prefix_table.h %D%/whereabouts.c %D%/whereabouts.h
%C%_libpolicy_a_SOURCES += %D%/state.c %D%/state.h %D%/state.def

# Numbers' prefixes, from the data of the machine that builds; without it the table is empty.
EXTRA_DIST += %D%/prefix_none.c %D%/prefix_table.py %D%/prefix.overlay
if PREFIXES
nodist_%C%_libpolicy_a_SOURCES = %D%/prefix_table.c
CLEANFILES += %D%/prefix_table.c
%D%/prefix_table.c: %D%/prefix_table.py %D%/prefix.overlay %D%/state.def
	$(AM_V_GEN)$(MKDIR_P) %D% && $(PYTHON3) -I -B $(srcdir)/%D%/prefix_table.py $(srcdir)/%D%/prefix.overlay $(srcdir)/%D%/state.def \
		`dirname '$(TZDATA_ZI)'` >$@.tmp && mv $@.tmp $@ || { rm -f $@.tmp; exit 1; }
else
%C%_libpolicy_a_SOURCES += %D%/prefix_none.c
endif
%C%_libpolicy_a_SOURCES += %D%/spoken.c %D%/spoken_lex.c %D%/spoken_lex.h %D%/spoken_digits.c %D%/spoken_terms.c %D%/spoken_count.c %D%/spoken_day.c %D%/spoken_clock.c %D%/spoken_slots.c %D%/spoken_amount.c %D%/spoken_merge.c \
	%D%/spoken_talk.c %D%/spoken_reading.c %D%/spoken_reading.h %D%/spoken_refer.c %D%/spoken_cues.c %D%/spoken_offers.c %D%/spoken_number.c %D%/spoken_agent.c %D%/spoken_user.c %D%/spoken_state.h %D%/spoken_clause.c %D%/spoken_refusal.c %D%/spoken_kind.c %D%/spoken_resolve.c %D%/spoken_hour.c %D%/spoken_resolve.h %D%/spoken_calendar.c %D%/spoken_talk.h %D%/spoken_date.c %D%/spoken_grammar.h
# The words of spoken times become a table.
EXTRA_DIST += %D%/spoken_words.awk %D%/spoken_en.words
BUILT_SOURCES += %D%/spoken_words.inc
CLEANFILES += %D%/spoken_words.inc
%D%/spoken_terms.$(OBJEXT): %D%/spoken_words.inc
%D%/spoken_words.inc: %D%/spoken_words.awk %D%/spoken_en.words
	$(AM_V_GEN)$(MKDIR_P) %D% && LC_ALL=C $(AWK) -f $(srcdir)/%D%/spoken_words.awk $(srcdir)/%D%/spoken_en.words >$@.tmp && mv $@.tmp $@
