# SPDX-License-Identifier: Apache-2.0
bin_PROGRAMS += %D%/switchhook
%C%_switchhook_SOURCES = %D%/main.c %D%/command.h %D%/commands.def
%C%_switchhook_SOURCES += %D%/rest.c %D%/rest.h %D%/rest.def %D%/rest_options.def %D%/rest_policy.c %D%/rest_read.c %D%/rest_secret.c %D%/rest_send.c %D%/rest_show.c %D%/rest_story.c \
	%D%/rest_table.c %D%/rest_text.c %D%/rest_text.h \
	%D%/secret.c %D%/secret.h
%C%_switchhook_SOURCES += %D%/serve.c %D%/bootstrap.c %D%/database.c %D%/database.h %D%/driver.c %D%/driver.h %D%/driver_kit.c %D%/check_config.c %D%/migrate.c %D%/recover.c %D%/key.c %D%/version.c
%C%_switchhook_SOURCES += %D%/policy.c %D%/policy.h %D%/policy_callback_time.c %D%/policy_check.c %D%/policy_trial.c %D%/policy_trial.h %D%/policy_trial_lines.c \
	%D%/policy_trial_show.c %D%/policy_month_first.def %D%/policy_rules.def
# -export-dynamic is not needed: a driver is handed its services, it links to nothing of ours.
%C%_switchhook_LDADD = gateway/server/libserver.a gateway/api/libapi.a gateway/ingress/libingress.a \
	gateway/engine/libengine.a gateway/policy/libpolicy.a gateway/kit/libkit.a gateway/driver/libdriver.a gateway/http/libhttp.a \
	gateway/net/libnet.a gateway/store/libstore.a gateway/crypto/libcrypto.a gateway/base/libbase.a \
	$(EVENT_LIBS) $(PQ_LIBS) $(CURL_LIBS) $(CRYPTO_LIBS) $(JSON_LIBS) $(YAML_LIBS) $(LZ4_LIBS) $(CSV_LIBS) $(SECCOMP_LIBS)
