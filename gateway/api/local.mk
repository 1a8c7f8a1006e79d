# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libapi.a
%C%_libapi_a_SOURCES = \
	%D%/agent.c \
	%D%/answer.c \
	%D%/api.c %D%/api.h \
	%D%/auth.c \
	%D%/bind.c \
	%D%/bodies.def \
	%D%/body.c \
	%D%/callback.c \
	%D%/credentials.c \
	%D%/driver.c \
	%D%/explain.c \
	%D%/gate.h \
	%D%/import.c \
	%D%/key.c \
	%D%/lacks.h \
	%D%/limit.c \
	%D%/once.c \
	%D%/operations.c \
	%D%/order.c %D%/order.h \
	%D%/outbound.c \
	%D%/page.c \
	%D%/policy.c \
	%D%/policy_diff.c \
	%D%/policy_given.c %D%/policy_given.h \
	%D%/policy_named.c \
	%D%/policy_rules.c \
	%D%/policy_simulate.c \
	%D%/provider.c %D%/provider.h \
	%D%/ready.c \
	%D%/request.c %D%/request.h \
	%D%/reschedule.c \
	%D%/reveal.c \
	%D%/routes.def \
	%D%/scopes.def \
	%D%/suppression.c \
	%D%/suppression_import.c \
	%D%/tenant.c \
	%D%/transcript.c \
	%D%/webhook_url.c \
	%D%/workspace.c
# statements.def is made by the build
$(%C%_libapi_a_OBJECTS): gateway/store/statements.def
