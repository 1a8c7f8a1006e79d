/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * model/ring-once.pml: does a phone ring at most once per callback attempt, whatever fails?
 *
 * A model of the dialling protocol of docs/ring-once.md, as the statements and the engine carry it out. Transitions bear the
 * numbers and names of its section 3, states those of the columns. A comment `T5: dial_lock, …` names a transition's statements;
 * tests/parity/model.sh compares them with section 8 of the document, and the states with the migrations.
 *
 * Every atomic block that touches `db` is one database transaction; everything a process does between two blocks may be delayed
 * for ever, so every worker and every reconciler is a possible zombie without further ado. A crash forgets the locals. Faults
 * are counted budgets, so that every run is finite: the non-progress check proves it, and P2 becomes a condition on final
 * states. Time is a phase per dial, driven by the world:
 *	0 before send_before	1 after it, up to verdict_at	2 after verdict_at	3 after live_until (no call lasts so long)
 *
 * World:	LIST=1 a driver whose list is complete by phase 2, 0 one whose list may never show a call
 *	LATE=1 no bound on late acceptance; GAP=1 a pause may fall between the last check and the first byte
 *	LOSE=n a failover may lose the last n commits; SYNC=1 commits that people or providers rely on wait for the standby
 *	KEEP=1 cancels, suppressions and acknowledged webhooks count even where a failover lost them
 * -DWITHOUT=RANK+LAST leaves rules out, to see what each is for; -DSKIP=4 does not check P3 (1 P1, 2 P2, 4 P3, 8 P4, 16 P5).
 */
#ifndef NCB               /* bounds: give all of them, or none */
#define NCB    2          /* callbacks, all for one callee; the second stands for a second event */
#define MAXD   3          /* dial intents in all; when they are used up the callback expires */
#define MAXATT 2          /* attempts that the policy allows in a chain */
#define CRASH  1          /* worker crashes */
#define PAUSE  1          /* leases that run out under a living worker */
#define DUP    1          /* a second event, with a key of its own, that tells the same end */
#define USER   1          /* cancels, and as many suppressions */
#define OPER   1          /* decisions of an operator about a parked row */
#define MUTE   1          /* calls that the provider accepts and ends without a ring: the same attempt once more */
#endif
#ifndef LIST              /* world: give all of them, or none */
#define LIST 1
#define LATE 0
#define GAP  0
#define LOSE 0
#define KEEP 0
#define SYNC 0
#endif

mtype = { c_scheduled, c_claimed, c_dialling, c_completed, c_cancelled, c_suppressed, c_expired, c_parked,      /* callbacks */
          d_intent, d_sent, d_ambiguous, d_placed, d_ended, d_parked, d_closed, d_not_placed, d_decided,        /* dials */
          f_normal, f_recovering,                                                                /* the fence */
          n_flight, n_live, n_over, n_dead,                                                      /* at the provider */
          a_ok, a_no, a_doubt };                                                                 /* its answer */

/*
 * A row of callbacks is an attempt: the next one, by callback_next or callback_dial_again, is `att` + 1 with no dial yet.
 * dial: its latest dial + 1, 0 none; cx: cancel_requested_at. st, rf, rv: the ledger's settle, refund and reversal of the dial.
 * ib: an event of the inbox, 0 none, 1 pending, 2 processed: S started, E ended. gone: closed, and let go by T10b.
 */
typedef CB { mtype s; byte ep; byte dial; byte att; bit cx }
typedef DI { mtype s; byte cbk; byte att; byte st; byte rf; byte rv; byte ibS; byte ibE; bit gone }
typedef DB { CB cb[NCB]; DI di[MAXD]; byte live; bit supp; byte tl; mtype mode }   /* live: the callee's row of live_dial, dial + 1 */
DB db;

/* the world, which no failover rolls back */
byte nextd;                       /* dial ids given out */
mtype net[MAXD], ans[MAXD];
bit  listed[MAXD], ack[MAXD], bad[MAXD], awaits[MAXD], mute[MAXD];
byte ph[MAXD], wS[MAXD], wE[MAXD], gc[MAXD], ga[MAXD];    /* gc, ga: callback and attempt, as the metadata says */
byte wc[2];                       /* callback + 1 that a worker holds in memory */
byte crash = CRASH, pause = PAUSE, dup = DUP, ucan = USER, usup = USER, oper = OPER, mutes = MUTE, second = NCB - 1;
bit  gsupp, gcx[NCB];             /* suppression, cancel: accepted by the API */
byte rung[NCB * (MAXATT + 2)];    /* rings per callback and attempt */
byte alive;                       /* calls now ringing or talking */
byte tl;                          /* the server's real timeline */
byte k;                           /* scratch, 0 between transactions */

#if LOSE
DB rep, none; bit snap; byte lagn, fo = 1;   /* the standby as it was lagn commits ago */
inline copy(x, y) { d_step {
    x.live = y.live; x.supp = y.supp; x.tl = y.tl; x.mode = y.mode; k = 0;
    do :: k < NCB -> x.cb[k].s = y.cb[k].s; x.cb[k].ep = y.cb[k].ep; x.cb[k].dial = y.cb[k].dial;
          x.cb[k].att = y.cb[k].att; x.cb[k].cx = y.cb[k].cx; k++
       :: else -> break od; k = 0;
    do :: k < MAXD -> x.di[k].s = y.di[k].s; x.di[k].cbk = y.di[k].cbk; x.di[k].att = y.di[k].att; x.di[k].st = y.di[k].st;
          x.di[k].rf = y.di[k].rf; x.di[k].rv = y.di[k].rv; x.di[k].ibS = y.di[k].ibS; x.di[k].ibE = y.di[k].ibE; x.di[k].gone = y.di[k].gone; k++
       :: else -> break od; k = 0 } }
#define TX      if :: snap && lagn <= LOSE -> lagn++ :: else fi
#define TXS     if :: snap && SYNC -> copy(rep, db); lagn = 0 :: snap && !SYNC && lagn <= LOSE -> lagn++ :: else fi
#else
#define TX      skip
#define TXS     skip
#endif

#ifndef WITHOUT
#define WITHOUT 0
#endif
#ifndef SKIP
#define SKIP 0
#endif
#define FENCE   1         /* `sent` is a committed transaction, and an intent that lacks it was never sent */
#define LAST    2         /* T3 looks at cancel and suppression once more */
#define RANK    4         /* transitions name the states they start from */
#define STICKY  8         /* a cancel is remembered while a dial is under way */
#define EVID    16        /* only a list asked for after verdict_at proves absence */
#define WATCH   32        /* a placed call that stays silent is looked up and closed */
#define DOUBT   64        /* a refusal that the driver does not vouch for is ambiguous */
#define HOLD    128       /* a parked dial keeps its callee; dialling again waits for live_until */
#define UNTIL   256       /* ... and frees the callee after live_until */
#define ADOPT   512       /* late news of a parked, closed or not placed dial is believed */
#define ONCE    1024      /* one settlement per dial in the ledger */
#define EPOCH   2048      /* the intent checks the claim's epoch */
#define RECOV   4096      /* nothing dials while the server's timeline differs from the fence row's */
#define META    8192      /* metadata names callback and attempt, so that an unknown dial finds its callback */
#define QUIET   16384     /* the merge waits until the last possible dial must show */
#define SUSPECT 32768     /* after a failover, due rows of a driver without a complete list are parked */
#define HALT    65536     /* events wait in the inbox while the database recovers */
#define USE(r)  ((WITHOUT & (r)) == 0)
#define OFF(p)  ((SKIP & (p)) != 0)
#define SAFE    (!USE(RECOV) || db.tl == tl && db.mode == f_normal)     /* fence_ok, read in the transaction itself */
#define FROM(x) (!USE(RANK) || (x))
#define S(d)    db.di[d].s
#define OPEN(d) (S(d) == d_intent || S(d) == d_sent || S(d) == d_ambiguous)
#define ROW(d)  (OPEN(d) || S(d) == d_placed || S(d) == d_ended || S(d) == d_parked || S(d) == d_closed && !db.di[d].gone)    /* it is in live_dial */
#define WAITS(d) (OPEN(d) || USE(ADOPT) && (S(d) == d_parked || S(d) == d_closed && !db.di[d].gone))
#define HELD(c) (wc[0] == c + 1 || wc[1] == c + 1)
#define MINE(d) (db.cb[db.di[d].cbk].dial == d + 1 && db.cb[db.di[d].cbk].att == db.di[d].att)
#define WAITING(c) (db.cb[c].s == c_dialling || db.cb[c].s == c_parked || db.cb[c].s == c_scheduled || db.cb[c].s == c_claimed)

inline bump(x)       { if :: LOSE || HELD(x) -> db.cb[x].ep++ :: else fi }   /* an epoch that nobody holds need not be told apart */
inline forget(z)     { if :: !LOSE && USE(RANK) && net[z] == n_over -> ph[z] = 3; ans[z] = 0; wS[z] = 2; listed[z] = 1 :: else fi }
                                                      /* fewer states: nothing reads these any more */
/* ---- what a transaction does to the rows; guards are part of the UPDATE's WHERE ---- */
inline freeline(z)   { if :: db.live == z + 1 -> db.live = 0 :: else fi }
inline back(x)       { if :: db.cb[x].cx -> db.cb[x].s = c_cancelled :: !db.cb[x].cx && db.supp -> db.cb[x].s = c_suppressed
                          :: else -> db.cb[x].s = c_scheduled fi }

/* T0: inbox_insert */
#define T0_inbox(ib) ib = 1; TXS

/*
 * T5 and T8 begin with this: a dial that was believed not placed, or was closed and let go, gets its row again, from the log. If its
 * callback is on another dial by now, which only a broken assumption brings about, that one decides, and this one is only settled.
 * That its callee wants no more calls suppresses at once; here it is the suppression that may come at any time.
 */
#define OTHER(i, d) (i < MAXD && i != d && ROW(i % MAXD) && db.di[i % MAXD].cbk == db.di[d].cbk && db.di[i % MAXD].att == db.di[d].att)
inline revive(d) {
    if :: USE(ADOPT) && (S(d) == d_not_placed || S(d) == d_closed && db.di[d].gone) -> db.di[d].gone = 0;
          if :: db.di[d].rf > 0 && db.di[d].rv == 0 -> db.di[d].rv = 1 :: else fi;
          if :: OTHER(0, d) || OTHER(1, d) || OTHER(2, d) || OTHER(3, d) -> S(d) = d_decided; if :: db.di[d].st == 0 -> db.di[d].st = 1 :: else fi
             :: else -> S(d) = d_ambiguous;
                if :: db.live == 0 -> db.live = d + 1 :: else fi;
                if :: db.cb[db.di[d].cbk].att == db.di[d].att && (db.cb[db.di[d].cbk].s == c_scheduled || db.cb[db.di[d].cbk].s == c_claimed) ->
                      db.cb[db.di[d].cbk].s = c_dialling; db.cb[db.di[d].cbk].dial = d + 1; bump(db.di[d].cbk)
                   :: else fi
          fi
       :: else fi }
inline unpark(d) {
    if :: MINE(d) && db.cb[db.di[d].cbk].s == c_parked -> db.cb[db.di[d].cbk].s = c_dialling :: else fi }

/* T5: dial_lock, dial_revive, dial_held, dial_placed. A call of this dial exists, and is not known to be over */
inline T5_placed(d) {
    revive(d);
    if :: FROM(WAITS(d)) -> S(d) = d_placed; unpark(d) :: else fi }
/* T6: dial_not_placed. It is certain that no call exists or will; from: the states that this writer knows of */
inline T6_not_placed(d, from) {
    if :: FROM(from) ->
          S(d) = d_not_placed; db.di[d].rf++; freeline(d);
          if :: FROM(MINE(d) && db.cb[db.di[d].cbk].s == c_dialling) -> back(db.di[d].cbk) :: else fi
       :: else fi }
/* T7: dial_ambiguous */
inline T7_ambiguous(d) { if :: FROM(S(d) == d_sent) -> S(d) = d_ambiguous :: else fi }
/* T8: dial_lock, dial_revive, dial_held, dial_ended. First half: the call is over and its callee free */
inline T8_ended(d) {
    revive(d);
    if :: FROM(WAITS(d) || S(d) == d_placed) -> S(d) = d_ended; freeline(d); forget(d); unpark(d) :: else fi }
/* T8: decide_lock, decide_settle, callback_end, callback_again, callback_next. Second half, a later transaction: settle, plan */
inline T8_decide(d) {
    S(d) = d_decided;
    if :: USE(ONCE) && db.di[d].st > 0                                               /* a person closed it */
       :: (!USE(ONCE) || db.di[d].st == 0) && !mute[d] ->
          if :: db.di[d].rf > db.di[d].rv -> db.di[d].rv++ :: else fi; db.di[d].st++    /* a refund that proves wrong is reversed */
       :: (!USE(ONCE) || db.di[d].st == 0) && mute[d] ->
          if :: db.di[d].rf == 0 -> db.di[d].rf = 1 :: db.di[d].rf > 0 && db.di[d].rv > 0 -> db.di[d].st++ :: else fi
    fi;
    if :: MINE(d) && (db.cb[db.di[d].cbk].s == c_dialling || db.cb[db.di[d].cbk].s == c_parked) ->
          bump(db.di[d].cbk);
          if :: db.cb[db.di[d].cbk].s = c_completed
             :: mute[d] -> back(db.di[d].cbk)                                        /* callback_again */
             :: !mute[d] && db.di[d].att < MAXATT && !db.cb[db.di[d].cbk].cx && !db.supp ->          /* callback_next */
                db.cb[db.di[d].cbk].s = c_scheduled; db.cb[db.di[d].cbk].att = db.di[d].att + 1; db.cb[db.di[d].cbk].dial = 0
          fi
       :: else fi }
/* T9: dial_parked */
inline T9_park(d) {
    if :: FROM(S(d) == d_ambiguous) -> S(d) = d_parked;
          if :: MINE(d) -> db.cb[db.di[d].cbk].s = c_parked :: else fi;
          if :: !USE(HOLD) -> freeline(d) :: else fi
       :: else fi }

/*
 * A dial that the database has never heard of, or has forgotten: T5, T8 and T13 begin with this. What its callback was on before has
 * ended in what was lost: it goes back. One that is known to be placed or ended is decided first, and the event waits for that.
 */
/* T5: callback_lock, dial_adopt, dial_adopted */
#define BEFORE(i, z) (i < MAXD && i != z && S(i % MAXD) != 0 && db.di[i % MAXD].cbk == gc[z] && db.di[i % MAXD].att == ga[z])
#define IN_WAY(i, z) (BEFORE(i, z) && (S(i % MAXD) == d_placed || S(i % MAXD) == d_ended || S(i % MAXD) == d_closed || (OPEN(i % MAXD) || S(i % MAXD) == d_parked) && i > z))
#define KNOWN(z)     (S(z) != 0 || !USE(META) || !IN_WAY(0, z) && !IN_WAY(1, z) && !IN_WAY(2, z) && !IN_WAY(3, z))
inline turn(y, w) {
    if :: BEFORE(y, w) && (OPEN(y % MAXD) || S(y % MAXD) == d_parked) -> S(y % MAXD) = d_not_placed; db.di[y % MAXD].rf++; freeline(y % MAXD) :: else fi }
inline adopt(z) {
    if :: USE(META) && S(z) == 0 && KNOWN(z) -> turn(0, z); turn(1, z); turn(2, z); turn(3, z);
          S(z) = d_ambiguous; db.di[z].cbk = gc[z]; db.di[z].att = ga[z];
          if :: WAITING(gc[z]) && db.cb[gc[z]].att <= ga[z] && db.cb[gc[z]].dial <= z -> bump(gc[z]);
                db.cb[gc[z]].s = c_dialling; db.cb[gc[z]].att = ga[z]; db.cb[gc[z]].dial = z + 1
             :: else fi;
          if :: db.live == 0 -> db.live = z + 1 :: else fi
       :: else fi }

/* ---- a gateway worker. `true ->` below keeps an inner `else` from becoming the outer if's ---- */
#define QUIT     wc[me] = 0; if :: LOSE || HELD(c) :: else -> db.cb[c].ep = 0 fi; \
                 c = 0; d = 0; e = 0; stop = 0; goto end_idle
#define WRITE    assert(net[d] == 0); net[d] = n_flight; awaits[d] = 1
#define LEAVE    TX; awaits[d] = 0; ans[d] = 0; QUIT
#define DIE      atomic { crash > 0 -> crash--; QUIT }
#define HOLDS(i) c = i; e = db.cb[i].ep; wc[me] = i + 1
/* T1: due_claim, outbound_create. The row of the API's immediate call is born claimed by the worker that made it */
#define T1_claim(i) atomic { SAFE && db.cb[i].s == c_scheduled && db.live == 0 -> db.cb[i].s = c_claimed; db.cb[i].ep++; HOLDS(i); TX }
#define T1_born(i)  atomic { i > 0 && second > 0 && db.live == 0 && db.cb[0].s != c_claimed -> second--; db.cb[i].s = c_claimed; \
                             db.cb[i].att = 1; db.cb[i].ep = 1; HOLDS(i); TXS }
proctype Worker(byte me) {
    byte c, d, e; bit stop;
end_idle:
    if :: T1_claim(0) :: T1_claim((NCB - 1)) :: T1_born((NCB - 1)) fi;
    stop = db.supp;                  /* READ COMMITTED: a statement judges by a snapshot older than its commit */
    if                                                                                             /* T2: dial_intent */
    :: DIE
    :: atomic { true ->
        T2_intent:
        if :: !(db.cb[c].s == c_claimed && (!USE(EPOCH) || db.cb[c].ep == e)) -> QUIT
           :: else
        fi;
        if :: !SAFE -> db.cb[c].s = c_scheduled; bump(c); TX; QUIT
           :: SAFE && (stop || db.cb[c].cx) -> db.cb[c].s = c_suppressed; TX; QUIT
           :: SAFE && !stop && !db.cb[c].cx && db.live != 0 -> db.cb[c].s = c_scheduled; bump(c); TX; QUIT
           :: SAFE && !stop && !db.cb[c].cx && db.live == 0 && nextd == MAXD -> db.cb[c].s = c_expired; TX; QUIT
           :: else
        fi;
        d = nextd; nextd++; gc[d] = c; ga[d] = db.cb[c].att; bad[d] = gsupp || gcx[c];
        S(d) = d_intent; db.di[d].cbk = c; db.di[d].att = ga[d]; db.live = d + 1;
        db.cb[c].s = c_dialling; db.cb[c].dial = d + 1; TX }
    fi;
    if                                                                                             /* T3: dial_sent */
    :: DIE
    :: atomic { true ->
        T3_mark_sent:
        if :: !USE(FENCE)
           :: USE(FENCE) && SAFE && S(d) == d_intent && ph[d] == 0 && (!USE(LAST) || !db.cb[c].cx && !db.supp) ->
              S(d) = d_sent; TX
           :: else -> T6_not_placed(d, S(d) == d_intent || S(d) == d_sent); TX; QUIT
        fi }
    fi;
    if                                                                                             /* the first byte */
    :: DIE
    :: atomic { !GAP && ph[d] == 0 -> send: WRITE }
    :: GAP && ph[d] == 0 -> atomic { WRITE }
    :: goto unsent                   /* too late, or name lookup, connection or TLS failed: nothing has left */
    fi;
    if                                                                                             /* the answer */
    :: atomic { crash > 0 -> crash--; LEAVE }
    :: atomic { ans[d] == a_ok -> T5_placed(d); LEAVE }
    :: atomic { ans[d] == a_no -> T6_not_placed(d, S(d) == d_intent || S(d) == d_sent); LEAVE }
    :: atomic { !USE(DOUBT) && ans[d] == a_doubt -> T6_not_placed(d, S(d) == d_intent || S(d) == d_sent); LEAVE }
    :: atomic { true -> T7_ambiguous(d); LEAVE } /* time-out, reset, 5xx, unreadable, a refusal that proves nothing */
    fi;
unsent:
    if :: DIE :: atomic { true -> T6_not_placed(d, S(d) == d_intent || S(d) == d_sent); TX; QUIT } fi
}

/* ---- the engine's other transactions, one instance per dial; any worker may run them ---- */
proctype Engine(byte d) {
#if LOSE
    mtype seen;                      /* T4 reads, then writes; without a failover in between that is one step */
#endif
end: do
    :: atomic { (!USE(HALT) || SAFE) && db.di[d].ibS == 1 && KNOWN(d) -> db.di[d].ibS = 2; adopt(d); T5_placed(d); TX }
    :: atomic { (!USE(HALT) || SAFE) && db.di[d].ibE == 1 && KNOWN(d) -> db.di[d].ibE = 2; adopt(d); T8_ended(d); TX }
    :: atomic { S(d) == d_ended -> T8_decide(d); TX }
    /* T4: sweep_dials */
#if LOSE
    :: atomic { seen == 0 && (S(d) == d_intent || S(d) == d_sent) && SAFE && (!HELD(db.di[d].cbk) || pause > 0) ->
        T4_lease_over: if :: HELD(db.di[d].cbk) -> pause-- :: else fi; seen = S(d) }
    :: atomic { seen != 0 ->
        if :: seen == d_intent -> T6_not_placed(d, S(d) == d_intent) :: else -> T7_ambiguous(d) fi; seen = 0; TX }
#else
    :: atomic { (S(d) == d_intent || S(d) == d_sent) && (!HELD(db.di[d].cbk) || pause > 0) ->
        T4_lease_over: if :: HELD(db.di[d].cbk) -> pause-- :: else fi;
        if :: S(d) == d_intent -> T6_not_placed(d, S(d) == d_intent) :: else -> T7_ambiguous(d) fi }
#endif
    /* T10: look_read, dial_ended. No webhook ever came */
    :: atomic { USE(WATCH) && S(d) == d_placed && ph[d] == 3 -> T10_watch: T8_ended(d); TX }
    /* T10b: dial_free */
    :: atomic { USE(UNTIL) && ph[d] == 3 && (S(d) == d_parked && db.live == d + 1 || S(d) == d_closed && !db.di[d].gone) ->
        T10b_free_callee: freeline(d); if :: S(d) == d_closed -> db.di[d].gone = 1 :: else fi; TX }
    od
}
proctype Sweep(byte c) {
end: do
    /* T4: sweep_claims. claim_defer is the same by the claim's own worker */
    :: atomic { db.cb[c].s == c_claimed && SAFE && (!HELD(c) || pause > 0) ->
        T4_lease_over: if :: HELD(c) -> pause-- :: else fi; db.cb[c].s = c_scheduled; bump(c); TX }
    od
}
/* T11: look_read, look_count, due_push. Reads the provider's list, then writes */
proctype T11_look(byte d) {
    bit found;
end: do
    :: atomic { S(d) == d_ambiguous && SAFE && (listed[d] || ph[d] >= (USE(EVID) -> 2 : 1)) -> found = listed[d] };
       atomic { found || ph[d] >= 2 || S(d) != d_ambiguous ->
        if :: S(d) != d_ambiguous || !SAFE
           :: else -> if :: found -> T5_placed(d)
                         :: !found && LIST -> T6_not_placed(d, S(d) == d_ambiguous)
                         :: else -> T9_park(d) fi; TX
        fi; found = 0 }
    od
}

/* ---- the provider, the network and the clock, one instance per dial ---- */
#define DULL   if :: net[d] == n_over && (!LIST || listed[d]) -> ph[d] = 3 :: else fi
#define EXISTS (net[d] == n_live || net[d] == n_over)
#define ANSWER if :: awaits[d] -> ans[d] = a_ok :: awaits[d] -> ans[d] = a_doubt :: skip fi
proctype Provider(byte d) {
end: do
    :: atomic { net[d] == n_flight -> net[d] = n_live; alive++; rung[gc[d] * (MAXATT + 2) + ga[d]]++;
        assert(OFF(1) || alive <= 1 && rung[gc[d] * (MAXATT + 2) + ga[d]] <= 1);
        assert(OFF(4) || !bad[d]);
        ANSWER }
    :: atomic { net[d] == n_flight && mutes > 0 -> mutes--; net[d] = n_over; mute[d] = 1; ANSWER }
    :: atomic { net[d] == n_flight -> net[d] = n_dead; ph[d] = 3;
        if :: awaits[d] -> ans[d] = a_no :: awaits[d] -> ans[d] = a_doubt :: skip fi }
    :: atomic { net[d] == n_live -> net[d] = n_over; alive--; DULL }
    :: atomic { EXISTS && !listed[d] -> listed[d] = 1; DULL }
    :: atomic { EXISTS && wS[d] == 0 && FROM(S(d) != d_ended && S(d) != d_decided) ->
        if :: wS[d] = 1; T0_inbox(db.di[d].ibS) :: wS[d] = 2 fi }                             /* or the webhook never comes */
    :: atomic { net[d] == n_over && wE[d] == 0 -> if :: wE[d] = 1; ack[d] = 1; T0_inbox(db.di[d].ibE) :: wE[d] = 2 fi }
    :: atomic { wE[d] == 1 && dup > 0 && db.di[d].ibE == 2 -> dup--; T0_inbox(db.di[d].ibE) }
    :: atomic { d < nextd && ph[d] == 0 -> ph[d] = 1 }
    :: atomic { ph[d] == 1 && (LATE || net[d] != n_flight) && (!LIST || listed[d] || !EXISTS) -> ph[d] = 2 }
    :: atomic { ph[d] == 2 && (LATE || net[d] != n_flight) && net[d] != n_live -> ph[d] = 3 }
    od
}

/* ---- people ---- */
#define OVER(i)  (!USE(HOLD) || i >= MAXD || !ROW(i % MAXD) || S(i % MAXD) == d_ended || ph[i % MAXD] == 3)
#define TERMINAL(c) (db.cb[c].s == c_completed || db.cb[c].s == c_cancelled || db.cb[c].s == c_suppressed || db.cb[c].s == c_expired)
proctype People(byte c) {
end: do
    /* cancel: callback_cancel */
    :: atomic { ucan > 0 && db.cb[c].s != 0 && !TERMINAL(c) && db.cb[c].s != c_parked -> cancel: ucan--; gcx[c] = 1;
        if :: USE(STICKY) -> db.cb[c].cx = 1 :: else fi;
        if :: db.cb[c].s == c_scheduled || db.cb[c].s == c_claimed -> db.cb[c].s = c_cancelled; bump(c) :: else fi; TXS }
    :: atomic { ucan > 0 && c == 0 -> ucan-- }                                            /* or nobody cancels */
    /* suppress: suppress */
    :: atomic { usup > 0 && c == 0 -> suppress: usup--; if :: skip
        :: gsupp = 1; db.supp = 1; k = 0;
           do :: k < NCB && (db.cb[k].s == c_scheduled || db.cb[k].s == c_claimed) -> db.cb[k].s = c_suppressed; bump(k); k++
              :: k < NCB && db.cb[k].s != c_scheduled && db.cb[k].s != c_claimed -> k++ :: else -> break od; k = 0; TXS fi }
    :: atomic { second > 0 && c == 1 -> second--; if :: skip :: db.cb[c].s = c_scheduled; db.cb[c].att = 1; TXS fi }
    :: atomic { oper > 0 && db.cb[c].s == c_parked ->  oper--;                            /* leave it */ }
    /* T12: callback_cancel, callback_dial_again */
    :: atomic { oper > 0 && db.cb[c].s == c_parked && SAFE -> T12_person: oper--;                     /* close */
        gcx[c] = 1; db.cb[c].cx = 1; db.cb[c].s = c_completed; bump(c);
        if :: db.cb[c].dial && S(db.cb[c].dial - 1) == d_parked -> S(db.cb[c].dial - 1) = d_closed; db.di[db.cb[c].dial - 1].st++
           :: else fi; TX }
    :: atomic { oper > 0 && db.cb[c].s == c_parked && SAFE && OVER(0) && OVER(1) && OVER(2) && OVER(3) -> oper--;  /* dial again */
        bump(c);
        if :: db.cb[c].dial && S(db.cb[c].dial - 1) == d_parked ->
              S(db.cb[c].dial - 1) = d_closed; db.di[db.cb[c].dial - 1].rf++; freeline(db.cb[c].dial - 1)
           :: else fi;
        db.cb[c].att++; db.cb[c].dial = 0; back(c); TX }
    od
}

/* ---- failover to a standby that lags, and the recovering mode ---- */
#define STILL(i) (!USE(QUIET) || i >= MAXD || i >= nextd || ph[i % MAXD] >= (LIST -> 2 : 3))
#define MERGES(i) (i >= MAXD || i >= nextd || !listed[i % MAXD] || KNOWN((i % MAXD)))
#if LOSE
proctype Failover() {
    byte i;
end: do
    :: atomic { fo > 0 && !snap -> snap = 1; copy(rep, db) }
    :: fo > 0 && !snap -> fo = 0                                                /* or no failover at all */
    :: atomic { snap && lagn > LOSE -> snap = 0; fo = 0; lagn = 0; copy(rep, none) }
    :: atomic { snap && lagn > 0 && lagn <= LOSE -> copy(db, rep); copy(rep, none); snap = 0; fo = 0; lagn = 0; tl++;
#if !KEEP
        gsupp = db.supp;
        do :: i < NCB -> gcx[i] = db.cb[i].cx; i++ :: else -> break od; i = 0;
        do :: i < MAXD -> ack[i] = db.di[i].ibE > 0; i++ :: else -> break od; i = 0;
#endif
        }
    :: atomic { db.tl != tl && db.mode == f_normal -> db.mode = f_recovering; TX }
    /* T13: fence_look, merge_notice, merge_unused, recover, merge_take, merge_accounts, callback_lock, dial_adopt, merge_known, merge_keep, merge_pending */
    /* T13: merge_hold, merge_doubt, merge_suspect, merge_done. Here one transaction; a dial that is in the way is decided first */
    :: atomic { db.tl != tl && db.mode == f_recovering && STILL(0) && STILL(1) && STILL(2) && STILL(3) &&
        MERGES(0) && MERGES(1) && MERGES(2) && MERGES(3) ->
        T13_merge: do :: i < nextd ->
              if :: listed[i] -> adopt(i) :: else fi;
              if :: !listed[i] && (S(i) == d_intent || S(i) == d_sent) -> S(i) = d_ambiguous :: else fi;
              if :: listed[i] && (WAITS(i) || S(i) == d_not_placed || S(i) == d_closed) -> T5_placed(i) :: else fi;
              if :: listed[i] && net[i] == n_over && S(i) == d_placed -> T8_ended(i) :: else fi; i++
           :: else -> break od; i = 0;
        do :: i < NCB -> if :: USE(SUSPECT) && !LIST && (db.cb[i].s == c_scheduled || db.cb[i].s == c_claimed) ->
                               db.cb[i].s = c_parked; bump(i) :: else fi; i++
           :: else -> break od; i = 0;
        db.tl = tl; db.mode = f_normal; TX }
    od
}
#endif

/* ---- nothing can move any more: what must be true ---- */
#define SPENT(d) (db.di[d].st + db.di[d].rf - db.di[d].rv)
proctype Monitor() {
end: timeout -> d_step { k = 0;
    do :: k < NCB -> assert(OFF(2) || db.cb[k].s == 0 || db.cb[k].s == c_parked || TERMINAL(k)); k++
       :: else -> break od; k = 0;
    do :: k < MAXD -> assert(OFF(2) || !OPEN(k) && S(k) != d_placed && S(k) != d_ended && db.live == 0);
          assert(OFF(8) || S(k) == 0 || SPENT(k) == (S(k) == d_parked -> 0 : 1));
          assert(OFF(16) || !ack[k] || S(k) == d_decided); k++
       :: else -> break od; k = 0 }
}
init { atomic {
    db.mode = f_normal; db.cb[0].s = c_scheduled; db.cb[0].att = 1; run Worker(0); run Worker(1); run Monitor();
    k = 0; do :: k < NCB -> run Sweep(k); run People(k); k++ :: else -> break od;
    k = 0; do :: k < MAXD -> run Engine(k); run T11_look(k); run Provider(k); k++ :: else -> break od; k = 0;
#if LOSE
    run Failover();
#endif
} }
