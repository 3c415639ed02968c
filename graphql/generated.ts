// Made by codegen.ts from the SDL; not written by hand.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { TradeParent, TradeConnectionParent, AlertConnectionParent, ReviewConnectionParent, AlertParent, ExcursionParent, TrajectoryParent, TrajectoryPointParent, InstrumentParent, RuleParent, ReviewParent, DayTotalParent, HistogramParent, BrokerStatusParent } from './parents.ts';
import type { Context } from './context.ts';
export type Maybe<T> = T | null | undefined;
export type InputMaybe<T> = T | null | undefined;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /**
   * An exact decimal number as text in plain notation, such as "183.11" or "-0.5": no exponent, no trailing zeros, so that no digit is lost on the way.
   * The unit is the one of the field. Accepted on input: such a text, or an integer.
   */
  Decimal: { input: string; output: string | number; }
  /** An instant in UTC with milliseconds, ISO 8601: "2013-10-07T13:30:01.500Z". Accepted on input: any ISO 8601 date and time; without a zone it is UTC, without a time midnight. */
  DateTime: { input: number; output: number; }
  /** A market day, "2013-10-07": the exchange's trading date, not a moment. */
  Date: { input: string; output: string; }
  /** A whole number. Printed as a JSON number up to 9007199254740991 and as text beyond. Accepted on input: either form, up to that number. */
  BigInt: { input: number; output: number; }
  /** A length of time in days, hours, minutes and seconds, ISO 8601: "PT2H", "P1DT12H". */
  Duration: { input: string; output: string; }
};

/** What can be asked. Served over POST /graphql, over GET /graphql, and over the WebSocket at the same path. */
export type Query = {
  /** Anything with a globally unique id; null where nothing has it. */
  readonly node?: Maybe<Node>;
  /** Trades, a page at a time. */
  readonly trades: TradeConnection;
  /** One trade; null where there is none of that id. */
  readonly trade?: Maybe<Trade>;
  /** How far trades usually go either way: histograms over the latest ones. */
  readonly distribution: Distribution;
  /** Alerts, a page at a time, newest first. */
  readonly alerts: AlertConnection;
  /** Every rule, in the order in which they are looked at, disabled ones too. */
  readonly alertRules: ReadonlyArray<AlertRule>;
  /** The review of one market day; null where none was written yet. */
  readonly review?: Maybe<Review>;
  /** Reviews, a page at a time, newest day first. */
  readonly reviews: ReviewConnection;
  /** The sessions with brokers, as they are now. */
  readonly brokers: ReadonlyArray<BrokerStatus>;
};


/** What can be asked. Served over POST /graphql, over GET /graphql, and over the WebSocket at the same path. */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


/** What can be asked. Served over POST /graphql, over GET /graphql, and over the WebSocket at the same path. */
export type QueryTradesArgs = {
  filter?: InputMaybe<TradeFilter>;
  orderBy?: InputMaybe<TradeOrder>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/** What can be asked. Served over POST /graphql, over GET /graphql, and over the WebSocket at the same path. */
export type QueryTradeArgs = {
  id: Scalars['ID']['input'];
};


/** What can be asked. Served over POST /graphql, over GET /graphql, and over the WebSocket at the same path. */
export type QueryDistributionArgs = {
  filter?: InputMaybe<TradeFilter>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/** What can be asked. Served over POST /graphql, over GET /graphql, and over the WebSocket at the same path. */
export type QueryAlertsArgs = {
  filter?: InputMaybe<AlertFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
};


/** What can be asked. Served over POST /graphql, over GET /graphql, and over the WebSocket at the same path. */
export type QueryReviewArgs = {
  day: Scalars['Date']['input'];
  account?: InputMaybe<Scalars['String']['input']>;
};


/** What can be asked. Served over POST /graphql, over GET /graphql, and over the WebSocket at the same path. */
export type QueryReviewsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
};

/** What can be written down. Every mutation takes one input and answers with a payload whose userErrors say what a person can mend. */
export type Mutation = {
  /** Says something of a trade. What is absent stays as it was; null takes it away. Anchored to the opening execution, so both kinds of trade show it. */
  readonly annotateTrade: AnnotateTradePayload;
  /** Writes a rule: a new one, or the next version of one that is there. From then on it looks at every open trade. */
  readonly saveRule: SaveRulePayload;
  /** Switches a rule on or off, as its next version. */
  readonly setRuleEnabled: SetRuleEnabledPayload;
};


/** What can be written down. Every mutation takes one input and answers with a payload whose userErrors say what a person can mend. */
export type MutationAnnotateTradeArgs = {
  input: AnnotateTradeInput;
};


/** What can be written down. Every mutation takes one input and answers with a payload whose userErrors say what a person can mend. */
export type MutationSaveRuleArgs = {
  input: SaveRuleInput;
};


/** What can be written down. Every mutation takes one input and answers with a payload whose userErrors say what a person can mend. */
export type MutationSetRuleEnabledArgs = {
  input: SetRuleEnabledInput;
};

/**
 * What can be followed, over the WebSocket at /graphql (protocol graphql-transport-ws).
 * Every event carries the seq of what it tells, rising. After a cut subscribe again with sinceSeq = the highest seq received: first comes everything stored since, then what happens.
 * An event with resync: true carries nothing else: this subscriber was too slow, or history was rewritten; what it holds may be incomplete. Read it again.
 */
export type Subscription = {
  /**
   * Every change of a trade, as its state now. A subscriber slower than the market gets the latest state of each trade, not every one in between.
   * The filter looks at the trade as it is now: whoever wants to see trades close does not filter by status.
   */
  readonly tradeChanged: TradeEvent;
  /** Every new point of one trade's trajectory. */
  readonly trajectoryAdvanced: TrajectoryEvent;
  /** Every alert, when it is raised and when its state changes. None is left out, however slow the subscriber is: after an overflow comes resync, then all of them again from the store. */
  readonly alertRaised: AlertEvent;
  /** Every change of a broker session; first, how each one is now. */
  readonly brokerChanged: BrokerStatus;
};


/**
 * What can be followed, over the WebSocket at /graphql (protocol graphql-transport-ws).
 * Every event carries the seq of what it tells, rising. After a cut subscribe again with sinceSeq = the highest seq received: first comes everything stored since, then what happens.
 * An event with resync: true carries nothing else: this subscriber was too slow, or history was rewritten; what it holds may be incomplete. Read it again.
 */
export type SubscriptionTradeChangedArgs = {
  filter?: InputMaybe<TradeFilter>;
  sinceSeq?: InputMaybe<Scalars['BigInt']['input']>;
};


/**
 * What can be followed, over the WebSocket at /graphql (protocol graphql-transport-ws).
 * Every event carries the seq of what it tells, rising. After a cut subscribe again with sinceSeq = the highest seq received: first comes everything stored since, then what happens.
 * An event with resync: true carries nothing else: this subscriber was too slow, or history was rewritten; what it holds may be incomplete. Read it again.
 */
export type SubscriptionTrajectoryAdvancedArgs = {
  tradeId: Scalars['ID']['input'];
  sinceSeq?: InputMaybe<Scalars['BigInt']['input']>;
};


/**
 * What can be followed, over the WebSocket at /graphql (protocol graphql-transport-ws).
 * Every event carries the seq of what it tells, rising. After a cut subscribe again with sinceSeq = the highest seq received: first comes everything stored since, then what happens.
 * An event with resync: true carries nothing else: this subscriber was too slow, or history was rewritten; what it holds may be incomplete. Read it again.
 */
export type SubscriptionAlertRaisedArgs = {
  filter?: InputMaybe<AlertFilter>;
  sinceSeq?: InputMaybe<Scalars['BigInt']['input']>;
};

/** Anything with a globally unique id. */
export type Node = {
  /** Globally unique, and the same for ever. */
  readonly id: Scalars['ID']['output'];
};

/** Where a page lies in its list (Relay). */
export type PageInfo = {
  /** There is more after the end of this page. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** There is more before the start of this page. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** The cursor of the first row of this page; null where the page is empty. */
  readonly startCursor?: Maybe<Scalars['String']['output']>;
  /** The cursor of the last row of this page; null where the page is empty. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
};

/** Something the caller can mend: a value that is not allowed, a thing that does not exist. */
export type UserError = {
  /** What was expected, what was found, what to do. */
  readonly message: Scalars['String']['output'];
  /** Where in the input it was found, such as ["input", "pct"]; null where it is not one field. */
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** A stable code: BAD_USER_INPUT, NOT_FOUND or FORBIDDEN. */
  readonly code: Scalars['String']['output'];
};

/** Which executions make one trade. The same executions are folded into both kinds; never add the two together. */
export type TradeUnit =
  /** One entry order with all its partial fills, closed first-in-first-out by later opposite fills. */
  | 'ORDER'
  /** Flat to flat in one account and contract. */
  | 'ROUND_TRIP';

/** Which way a trade gains. */
export type Side =
  /** It gains when the price rises. */
  | 'LONG'
  /** It gains when the price falls. */
  | 'SHORT';

/** Whether a trade still holds something. */
export type TradeStatus =
  /** Something of it is still held. */
  | 'OPEN'
  /** Nothing of it is held any more. */
  | 'CLOSED';

/** Whose money it is. The three never mix in one number. */
export type AccountMode =
  /** Real money. */
  | 'LIVE'
  /** The broker's paper account. */
  | 'PAPER'
  /** The simulated gateway that comes along. */
  | 'DEMO';

/** Which way a fill traded. */
export type FillSide =
  /** Bought. */
  | 'BUY'
  /** Sold. */
  | 'SELL';

/** What a fill did to its trade. */
export type FillRole =
  /** It opened or enlarged the trade. */
  | 'ENTRY'
  /** It closed the trade or part of it. */
  | 'EXIT';

/** Which trades. Every condition given must hold; a list means any of its values, an empty one matches nothing. */
export type TradeFilter = {
  /** Which kind of trade; absent: ORDER. */
  readonly unit?: InputMaybe<TradeUnit>;
  /** Only these ids. */
  readonly ids?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Only of these accounts, as the broker names them. */
  readonly accounts?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Only in these symbols. */
  readonly symbols?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Only in these contracts, by the broker's numbers. */
  readonly conIds?: InputMaybe<ReadonlyArray<Scalars['Int']['input']>>;
  /** Only these sides. */
  readonly sides?: InputMaybe<ReadonlyArray<Side>>;
  /** Only open, or only closed ones. */
  readonly status?: InputMaybe<TradeStatus>;
  /** Only of this mode. */
  readonly mode?: InputMaybe<AccountMode>;
  /** Only trades held for the long term, or only others. */
  readonly held?: InputMaybe<Scalars['Boolean']['input']>;
  /** Only of these strategies. */
  readonly strategies?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Only those with at least one of these tags. */
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Only those with at least one of these mistakes. */
  readonly mistakes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Opened at this instant or later. */
  readonly openedFrom?: InputMaybe<Scalars['DateTime']['input']>;
  /** Opened before this instant. */
  readonly openedUntil?: InputMaybe<Scalars['DateTime']['input']>;
  /** Closed at this instant or later. */
  readonly closedFrom?: InputMaybe<Scalars['DateTime']['input']>;
  /** Closed before this instant. */
  readonly closedUntil?: InputMaybe<Scalars['DateTime']['input']>;
  /** Result after commission at least this, in the instrument's currency; unknown ones left out. */
  readonly netPnlMin?: InputMaybe<Scalars['Decimal']['input']>;
  /** Result after commission at most this, in the instrument's currency; unknown ones left out. */
  readonly netPnlMax?: InputMaybe<Scalars['Decimal']['input']>;
  /** Maximum favourable excursion at least this, percent of entry. */
  readonly mfePctMin?: InputMaybe<Scalars['Decimal']['input']>;
  /** Maximum favourable excursion at most this, percent of entry. */
  readonly mfePctMax?: InputMaybe<Scalars['Decimal']['input']>;
  /** Maximum adverse excursion at least this, percent of entry (signed: -3 is worse than -1). */
  readonly maePctMin?: InputMaybe<Scalars['Decimal']['input']>;
  /** Maximum adverse excursion at most this, percent of entry (signed: -3 is worse than -1). */
  readonly maePctMax?: InputMaybe<Scalars['Decimal']['input']>;
  /** Given back at least this, in the instrument's currency. */
  readonly givebackMin?: InputMaybe<Scalars['Decimal']['input']>;
  /** Given back at most this, in the instrument's currency. */
  readonly givebackMax?: InputMaybe<Scalars['Decimal']['input']>;
};

/** The order of a list of trades: unknown values last in either direction, equal ones by id. */
export type TradeOrder = {
  /** By what. */
  readonly field: TradeOrderField;
  /** Which way; absent: ASC. */
  readonly direction?: OrderDirection;
};

/** What trades can be ordered by. */
export type TradeOrderField =
  /** The instant of the opening execution. */
  | 'OPENED_AT'
  /** The instant of the closing execution; open trades last. */
  | 'CLOSED_AT'
  /** Maximum favourable excursion, percent of entry. */
  | 'MFE_PCT'
  /** Maximum adverse excursion, percent of entry (signed: the worst is the smallest). */
  | 'MAE_PCT'
  /** Result after commission, in the instrument's currency; unknown last. */
  | 'NET_PNL'
  /** How much of the best result was given back, in the instrument's currency. */
  | 'GIVEBACK';

/** Which way a list is ordered. */
export type OrderDirection =
  /** Smallest or earliest first. */
  | 'ASC'
  /** Largest or latest first. */
  | 'DESC';

/** How the excursions of trades are spread. */
export type Distribution = {
  /** How many trades were looked at. */
  readonly trades: Scalars['Int']['output'];
  /** Maximum favourable excursion, percent of entry. */
  readonly mfePct: Histogram;
  /** The largest fall from the best price while open, percent of entry. */
  readonly drawdownPct: Histogram;
};

/** How many values lie where; in percent of entry. */
export type Histogram = {
  /** Bars of equal width without a hole between them, from the smallest value up; empty where nothing is known. */
  readonly bars: ReadonlyArray<HistogramBar>;
  /** Half of the values lie below this, percent of entry; null where nothing is known. */
  readonly median?: Maybe<Scalars['Decimal']['output']>;
  /** How many values there are. */
  readonly known: Scalars['Int']['output'];
  /** How many trades have none. */
  readonly unknown: Scalars['Int']['output'];
};

/** One bar of a histogram; in percent of entry. */
export type HistogramBar = {
  /** Its lower edge, percent of entry. */
  readonly from: Scalars['Decimal']['output'];
  /** Its upper edge, percent of entry; a value on it belongs to the next bar, where there is one. */
  readonly to: Scalars['Decimal']['output'];
  /** How many values lie in it. */
  readonly count: Scalars['Int']['output'];
};

/** A page of trades. */
export type TradeConnection = {
  /** The trades of this page with their cursors, in order. */
  readonly edges: ReadonlyArray<TradeEdge>;
  /** The trades of this page, for those who need no cursors. */
  readonly nodes: ReadonlyArray<Trade>;
  /** Where the page lies in the list. */
  readonly pageInfo: PageInfo;
};

/** A trade in a page. */
export type TradeEdge = {
  /** Where this trade stands in the list: opaque, to be handed back as after or before. */
  readonly cursor: Scalars['String']['output'];
  /** The trade. */
  readonly node: Trade;
};

/** A trade: what was done, what it came to, and how far it went either way while it was open. Money is in the instrument's currency. */
export type Trade = Node & {
  /** unit:account:conId:family of the opening execution. */
  readonly id: Scalars['ID']['output'];
  /** Which kind of trade. */
  readonly unit: TradeUnit;
  /** The account, as the broker names it. */
  readonly account: Scalars['String']['output'];
  /** Whose money it is. */
  readonly mode: AccountMode;
  /** What was traded. */
  readonly instrument: Instrument;
  /** Which way it gains. */
  readonly side: Side;
  /** Whether something of it is still held. */
  readonly status: TradeStatus;
  /** Total quantity entered: shares or contracts. */
  readonly quantity: Scalars['Decimal']['output'];
  /** Quantity still held: shares or contracts; 0 when closed. */
  readonly openQuantity: Scalars['Decimal']['output'];
  /** Volume-weighted price of the entering fills, as quoted. */
  readonly entryPrice: Scalars['Decimal']['output'];
  /** Volume-weighted price of the closing fills, as quoted; null while the trade is open. */
  readonly exitPrice?: Maybe<Scalars['Decimal']['output']>;
  /** The last price the trade saw: its own fill or a mark, as quoted. */
  readonly lastPrice?: Maybe<Scalars['Decimal']['output']>;
  /** When it was opened: the instant of its first fill. */
  readonly openedAt: Scalars['DateTime']['output'];
  /** When it was closed; null while it is open. */
  readonly closedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The instant of the last fact that concerned it, in market time. */
  readonly updatedAt: Scalars['DateTime']['output'];
  /** The currency of every amount of money of this trade, ISO 4217. */
  readonly currency: Scalars['String']['output'];
  /** Result before commission, in the instrument's currency; while open the running result at lastPrice. */
  readonly grossPnl?: Maybe<Scalars['Decimal']['output']>;
  /** Result after commission, in the instrument's currency; null while a fill's commission is unknown. */
  readonly netPnl?: Maybe<Scalars['Decimal']['output']>;
  /** What it cost to trade, in the instrument's currency: positive a cost; null while a fill's is unknown. */
  readonly commission?: Maybe<Scalars['Decimal']['output']>;
  /** The strategy it belongs to, as annotated. */
  readonly strategy?: Maybe<Scalars['String']['output']>;
  /** Words it was tagged with. */
  readonly tags: ReadonlyArray<Scalars['String']['output']>;
  /** What was written down about it. */
  readonly note?: Maybe<Scalars['String']['output']>;
  /** Where the first stop stood, as quoted; null where none is known. R is measured from it. */
  readonly initialStop?: Maybe<Scalars['Decimal']['output']>;
  /** Where the first target stood, as quoted; null where none is known. */
  readonly initialTarget?: Maybe<Scalars['Decimal']['output']>;
  /** How well it was traded, 1 to 5; null where nobody judged it. */
  readonly rating?: Maybe<Scalars['Int']['output']>;
  /** What went wrong, in the trader's own words. */
  readonly mistakes: ReadonlyArray<Scalars['String']['output']>;
  /** The order's reference text, as the broker reported it. */
  readonly orderRef?: Maybe<Scalars['String']['output']>;
  /** Held for the long term: outside rules and round trips. */
  readonly held: Scalars['Boolean']['output'];
  /** Maximum favourable excursion: the best it ever was. */
  readonly mfe: Excursion;
  /** Maximum adverse excursion: the worst it ever was. */
  readonly mae: Excursion;
  /** The largest fall from the best price while open, percent of the entry of that moment; null where that entry was 0. */
  readonly drawdownPct?: Maybe<Scalars['Decimal']['output']>;
  /** How much of the best running result was given back by now (or by the end), in the instrument's currency. */
  readonly giveback: Scalars['Decimal']['output'];
  /** What the excursions were measured from. */
  readonly provenance: Provenance;
  /** How the trade went, point by point. */
  readonly trajectory: Trajectory;
  /** The latest points of its trajectory, in order of time. */
  readonly latestPoints: ReadonlyArray<TrajectoryPoint>;
  /** The fills it is made of, in order. */
  readonly fills: ReadonlyArray<Fill>;
  /** The alerts raised for it, in order, withdrawn ones left out. */
  readonly alerts: ReadonlyArray<Alert>;
  /** A small picture of its trajectory, as an SVG document. */
  readonly sparkline: Scalars['String']['output'];
  /** The number of its last change: rises with every change, and never goes down. */
  readonly seq: Scalars['BigInt']['output'];
};


/** A trade: what was done, what it came to, and how far it went either way while it was open. Money is in the instrument's currency. */
export type TradeTrajectoryArgs = {
  points?: InputMaybe<Scalars['Int']['input']>;
};


/** A trade: what was done, what it came to, and how far it went either way while it was open. Money is in the instrument's currency. */
export type TradeLatestPointsArgs = {
  count?: Scalars['Int']['input'];
};

/** What was traded, and how its price becomes money. */
export type Instrument = {
  /** The broker's number of the contract. */
  readonly conId: Scalars['Int']['output'];
  /** The symbol, such as IBM. */
  readonly symbol: Scalars['String']['output'];
  /** What kind of contract: STK, FUT, OPT, FOP, CASH, BAG and so on. */
  readonly secType: Scalars['String']['output'];
  /** The currency it is quoted in, ISO 4217. */
  readonly currency: Scalars['String']['output'];
  /** Money per point of price and unit of quantity. */
  readonly multiplier: Scalars['Decimal']['output'];
  /** The smallest step of its price; null where unknown. */
  readonly minTick?: Maybe<Scalars['Decimal']['output']>;
  /** Where it is traded or routed to; null where unknown. */
  readonly exchange?: Maybe<Scalars['String']['output']>;
  /** The exchange's own name of it; null where unknown. */
  readonly localSymbol?: Maybe<Scalars['String']['output']>;
  /** The symbol of what it is derived from; null where there is none. */
  readonly underlying?: Maybe<Scalars['String']['output']>;
  /** Last trading day or contract month as the broker prints it; null where there is none. */
  readonly expiry?: Maybe<Scalars['String']['output']>;
  /** Strike price, as quoted; null where there is none. */
  readonly strike?: Maybe<Scalars['Decimal']['output']>;
  /** C or P; null where there is none. */
  readonly right?: Maybe<Scalars['String']['output']>;
  /** The exchange's time zone, IANA name; null where unknown. */
  readonly timeZone?: Maybe<Scalars['String']['output']>;
};

/** How far a trade went one way, in three views, each with the time it was first reached. */
export type Excursion = {
  /** The best (for mae: the worst) price level since entry, as quoted. */
  readonly price: Scalars['Decimal']['output'];
  /** When that price was first reached. */
  readonly at: Scalars['DateTime']['output'];
  /** Percent of the volume-weighted entry of that moment: at least 0 for mfe, at most 0 for mae; null where that entry was 0. */
  readonly pct?: Maybe<Scalars['Decimal']['output']>;
  /** When that percentage was first reached. */
  readonly pctAt?: Maybe<Scalars['DateTime']['output']>;
  /** Extreme of the gross running result, in the instrument's currency. */
  readonly pnl: Scalars['Decimal']['output'];
  /** When that result was first reached. */
  readonly pnlAt: Scalars['DateTime']['output'];
  /** In multiples of the risk taken: pnl over |entry − initial stop| × quantity × multiplier; null without an initial stop. */
  readonly r?: Maybe<Scalars['Decimal']['output']>;
};

/** What prices the excursions were measured from. */
export type ProvenanceSource =
  /** Single trades or quotes. */
  | 'TICK'
  /** A stream thinned by the broker (every 250 ms): a maximum may be missed by a little. */
  | 'SAMPLED'
  /** Bars: the order of events inside one bar is unknown. */
  | 'BAR'
  /** The broker's high and low of the day. */
  | 'DAY_RANGE'
  /** Nothing but the trade's own fills. */
  | 'ENTRY';

/** What the excursions were measured from, and how much of the trade's life was covered. */
export type Provenance = {
  /** The coarsest source that was used. */
  readonly source: ProvenanceSource;
  /** Share of the trade's life not inside a declared gap, 0 to 1; null for a trade without any life yet. */
  readonly coverage?: Maybe<Scalars['Decimal']['output']>;
  /** Times in which nothing is known of the price. */
  readonly gaps: ReadonlyArray<ProvenanceGap>;
};

/** A time in which nothing is known of the price. */
export type ProvenanceGap = {
  /** Its start. */
  readonly from: Scalars['DateTime']['output'];
  /** Its end. */
  readonly to: Scalars['DateTime']['output'];
};

/** How a trade went, point by point. */
export type Trajectory = {
  /** The points, in order of time. */
  readonly points: ReadonlyArray<TrajectoryPoint>;
  /** How many points are stored: more than returned where they were thinned. */
  readonly total: Scalars['Int']['output'];
  /** Where alerts were raised, in order of time. */
  readonly alerts: ReadonlyArray<AlertMark>;
};

/** The state of a trade after the last fact of one millisecond. Prices as quoted. */
export type TrajectoryPoint = {
  /** The instant. */
  readonly at: Scalars['DateTime']['output'];
  /** The last price. */
  readonly last: Scalars['Decimal']['output'];
  /** The best price level so far. */
  readonly mfe: Scalars['Decimal']['output'];
  /** The worst price level so far. */
  readonly mae: Scalars['Decimal']['output'];
};

/** Where on a trajectory an alert was raised. */
export type AlertMark = {
  /** The instant, in market time. */
  readonly at: Scalars['DateTime']['output'];
  /** The price of that moment, as quoted. */
  readonly price: Scalars['Decimal']['output'];
  /** The rule that raised it. */
  readonly ruleId: Scalars['ID']['output'];
  /** Which of the rule's tiers, from 0. */
  readonly tier: Scalars['Int']['output'];
  /** How much it matters. */
  readonly severity: Severity;
};

/** The part of an execution that belongs to a trade. */
export type Fill = {
  /** The broker's id of the execution. */
  readonly executionId: Scalars['ID']['output'];
  /** Bought or sold. */
  readonly side: FillSide;
  /** What it did to the trade. */
  readonly role: FillRole;
  /** The part of the execution that belongs to this trade: shares or contracts. */
  readonly quantity: Scalars['Decimal']['output'];
  /** The price, as quoted. */
  readonly price: Scalars['Decimal']['output'];
  /** When, in market time. */
  readonly at: Scalars['DateTime']['output'];
  /** This part's share of the commission, in the instrument's currency; null while unknown. */
  readonly commission?: Maybe<Scalars['Decimal']['output']>;
};

/** A trade changed. */
export type TradeEvent = {
  /** The number of the change; with resync, the last one told before. */
  readonly seq: Scalars['BigInt']['output'];
  /** Something may have been missed: read again. trade is null then. */
  readonly resync: Scalars['Boolean']['output'];
  /** The trade as it is now. */
  readonly trade?: Maybe<Trade>;
};

/** A trajectory grew by a point. */
export type TrajectoryEvent = {
  /** The number of the change; with resync, the last one told before. */
  readonly seq: Scalars['BigInt']['output'];
  /** Something may have been missed: read again. point is null then. */
  readonly resync: Scalars['Boolean']['output'];
  /** The new point; one of the same instant replaces the earlier. */
  readonly point?: Maybe<TrajectoryPoint>;
};

/** How much an alert matters. */
export type Severity =
  /** Good to know. */
  | 'info'
  /** Worth a look now. */
  | 'warn'
  /** Act now. */
  | 'critical';

/** What became of an alert. */
export type AlertState =
  /** Raised in time. */
  | 'RAISED'
  /** Its fact was older than five minutes when it was stored: only in a digest. */
  | 'LATE'
  /** The level was already passed when the trade was adopted, the rule switched on or history came in: never fired. */
  | 'ALREADY_BEYOND'
  /** A correction took away what raised it. */
  | 'WITHDRAWN'
  /** A correction shows that it should have been raised. */
  | 'MISSED';

/** What a rule looks at. */
export type RuleKind =
  /** The percentage now is at or below −pct. */
  | 'MAE_STOP'
  /** The maximum favourable excursion reaches a tier's pct. */
  | 'MFE_TARGET'
  /** Once armed at armPct: the price fell pct percent from the best since entry. */
  | 'TRAILING_STOP'
  /** Once armed at armPct: the given fraction of the maximum favourable excursion was given back. */
  | 'GIVEBACK'
  /** After the given time the maximum favourable excursion is still below mfeBelowPct. */
  | 'TIME_STOP'
  /** After the given time the percentage is below resultBelowPct. */
  | 'NO_PROGRESS';

/** Which clock a rule's time runs on. */
export type RuleClock =
  /** Time as it passes. */
  | 'wall'
  /** Only time in which the contract trades. */
  | 'session';

/** Which alerts. Every condition given must hold; a list means any of its values, an empty one matches nothing. */
export type AlertFilter = {
  /** Only these ids. */
  readonly ids?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Only of these trades. */
  readonly tradeIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Only of these rules. */
  readonly ruleIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Only of these accounts, as the broker names them. */
  readonly accounts?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Only in these symbols. */
  readonly symbols?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Only in these states; absent: every state but WITHDRAWN. */
  readonly states?: InputMaybe<ReadonlyArray<AlertState>>;
  /** Only of these severities. */
  readonly severities?: InputMaybe<ReadonlyArray<Severity>>;
  /** Only of trades of this kind; absent: of both. */
  readonly unit?: InputMaybe<TradeUnit>;
  /** Raised at this instant or later, in market time. */
  readonly from?: InputMaybe<Scalars['DateTime']['input']>;
  /** Raised before this instant, in market time. */
  readonly until?: InputMaybe<Scalars['DateTime']['input']>;
};

/** A page of alerts. */
export type AlertConnection = {
  /** The alerts of this page with their cursors, in order. */
  readonly edges: ReadonlyArray<AlertEdge>;
  /** The alerts of this page, for those who need no cursors. */
  readonly nodes: ReadonlyArray<Alert>;
  /** Where the page lies in the list. */
  readonly pageInfo: PageInfo;
};

/** An alert in a page. */
export type AlertEdge = {
  /** Where this alert stands in the list: opaque, to be handed back as after. */
  readonly cursor: Scalars['String']['output'];
  /** The alert. */
  readonly node: Alert;
};

/** A rule's word about a trade, at the moment it became true. */
export type Alert = Node & {
  /** The same for the same rule, tier and trade. */
  readonly id: Scalars['ID']['output'];
  /** The rule that raised it. */
  readonly ruleId: Scalars['ID']['output'];
  /** The version of the rule that raised it, from 1. */
  readonly ruleVersion: Scalars['Int']['output'];
  /** The rule as it is now; null where it was removed. */
  readonly rule?: Maybe<AlertRule>;
  /** Which of the rule's tiers, from 0; 0 for rules without tiers. */
  readonly tier: Scalars['Int']['output'];
  /** The trade's id. */
  readonly tradeId: Scalars['ID']['output'];
  /** The trade; null where a correction took it away. */
  readonly trade?: Maybe<Trade>;
  /** Which kind of trade. */
  readonly unit: TradeUnit;
  /** The account, as the broker names it. */
  readonly account: Scalars['String']['output'];
  /** The broker's number of the contract. */
  readonly conId: Scalars['Int']['output'];
  /** The symbol. */
  readonly symbol: Scalars['String']['output'];
  /** When the rule became true, in market time. */
  readonly at: Scalars['DateTime']['output'];
  /** The price of that moment, as quoted. */
  readonly price: Scalars['Decimal']['output'];
  /** Percent of entry: the maximum favourable excursion for MFE_TARGET and TIME_STOP, the percentage of that moment for the others; null where the entry is 0. */
  readonly pct?: Maybe<Scalars['Decimal']['output']>;
  /** How much it matters. */
  readonly severity: Severity;
  /** What became of it. */
  readonly state: AlertState;
  /** When it was stored, by the host's clock. */
  readonly raisedAt: Scalars['DateTime']['output'];
  /** In words for a person. */
  readonly message: Scalars['String']['output'];
  /** The number of its last change. */
  readonly seq: Scalars['BigInt']['output'];
};

/** An alert was raised, or its state changed. */
export type AlertEvent = {
  /** The number of the change; with resync, the last one told before. */
  readonly seq: Scalars['BigInt']['output'];
  /** Something may have been missed: read again. alert is null then. */
  readonly resync: Scalars['Boolean']['output'];
  /** The alert as it is now. */
  readonly alert?: Maybe<Alert>;
};

/** A rule: what it looks at and when it speaks. Percentages are of the entry price. */
export type AlertRule = {
  /** Its name, chosen by whoever wrote it, such as hard-stop. */
  readonly id: Scalars['ID']['output'];
  /** Rises by one with every change, from 1. */
  readonly version: Scalars['Int']['output'];
  /** What it looks at. */
  readonly kind: RuleKind;
  /** Which kind of trade it looks at. */
  readonly unit: TradeUnit;
  /** Switched on. */
  readonly enabled: Scalars['Boolean']['output'];
  /** How much its alerts matter. */
  readonly severity: Severity;
  /** Threshold, percent of entry; null where this kind has none. */
  readonly pct?: Maybe<Scalars['Decimal']['output']>;
  /** The maximum favourable excursion that arms it, percent of entry; null where this kind has none. */
  readonly armPct?: Maybe<Scalars['Decimal']['output']>;
  /** The share of the maximum favourable excursion that may be given back, 0 to 1; null where this kind has none. */
  readonly fraction?: Maybe<Scalars['Decimal']['output']>;
  /** How long after the opening it looks; null where this kind has no time. */
  readonly after?: Maybe<Scalars['Duration']['output']>;
  /** It speaks where the maximum favourable excursion is below this, percent of entry; null where this kind has none. */
  readonly mfeBelowPct?: Maybe<Scalars['Decimal']['output']>;
  /** It speaks where the result is below this, percent of entry; null where this kind has none. */
  readonly resultBelowPct?: Maybe<Scalars['Decimal']['output']>;
  /** Which clock its time runs on. */
  readonly clock: RuleClock;
  /** How many marks in a row must agree. */
  readonly confirm: Scalars['Int']['output'];
  /** Its tiers, the nearest first; empty for kinds without tiers. */
  readonly tiers: ReadonlyArray<RuleTier>;
  /** The whole rule as it is stored, JSON text with the fields of a rules file. */
  readonly definition: Scalars['String']['output'];
};

/** One of several targets of a rule. */
export type RuleTier = {
  /** The maximum favourable excursion that fires it, percent of entry. */
  readonly pct: Scalars['Decimal']['output'];
  /** What share of the quantity to take there, such as 1/3; null where nothing is said. */
  readonly take?: Maybe<Scalars['String']['output']>;
};

/** A page of reviews. */
export type ReviewConnection = {
  /** The reviews of this page with their cursors, in order. */
  readonly edges: ReadonlyArray<ReviewEdge>;
  /** The reviews of this page, for those who need no cursors. */
  readonly nodes: ReadonlyArray<Review>;
  /** Where the page lies in the list. */
  readonly pageInfo: PageInfo;
};

/** A review in a page. */
export type ReviewEdge = {
  /** Where this review stands in the list: opaque, to be handed back as after. */
  readonly cursor: Scalars['String']['output'];
  /** The review. */
  readonly node: Review;
};

/** What a market day came to, as the card says it. */
export type Review = {
  /** The market day. */
  readonly day: Scalars['Date']['output'];
  /** The account, as the broker names it; null for the review over all accounts. */
  readonly account?: Maybe<Scalars['String']['output']>;
  /** The card, as Markdown. */
  readonly markdown: Scalars['String']['output'];
  /** What the day's closed ORDER trades came to, one line per account, mode and currency. */
  readonly totals: ReadonlyArray<DayTotal>;
  /** The ORDER trades of the card. */
  readonly trades: ReadonlyArray<Trade>;
  /** The alerts of those trades, in order of time. */
  readonly alerts: ReadonlyArray<Alert>;
  /** When the card was last written, by the host's clock. */
  readonly updatedAt: Scalars['DateTime']['output'];
};

/** What the trades closed that day came to, in one account, mode and currency. The three are never added together. */
export type DayTotal = {
  /** The account, as the broker names it. */
  readonly account: Scalars['String']['output'];
  /** Whose money it is. */
  readonly mode: AccountMode;
  /** The currency, ISO 4217. */
  readonly currency: Scalars['String']['output'];
  /** Result before commission, in that currency. */
  readonly gross: Scalars['Decimal']['output'];
  /** Result after commission, in that currency; null while a commission is unknown. */
  readonly net?: Maybe<Scalars['Decimal']['output']>;
  /** Commission, in that currency: positive a cost; null while one is unknown. */
  readonly commission?: Maybe<Scalars['Decimal']['output']>;
  /** How many trades were closed. */
  readonly trades: Scalars['Int']['output'];
  /** How many of them gained: after commission where every one is known, else before. */
  readonly winners: Scalars['Int']['output'];
};

/** What a broker session is doing. */
export type BrokerState =
  /** Looking for a gateway at its address. */
  | 'CONNECTING'
  /** The gateway answers; the session is being agreed. */
  | 'HANDSHAKING'
  /** Executions and positions of the day are being read. */
  | 'CATCHING_UP'
  /** Prices and executions come in as they happen. */
  | 'READY'
  /** Connected, but something is missing; the reason says what. */
  | 'DEGRADED'
  /** The session was lost: nothing is known of prices until it is back. */
  | 'GAP'
  /** Closed on purpose. */
  | 'CLOSED';

/** A session with one broker. */
export type BrokerStatus = {
  /** Which edge it is: tws, client-portal or tape. */
  readonly name: Scalars['String']['output'];
  /** What it is doing. */
  readonly state: BrokerState;
  /** Why, in words for a person. */
  readonly reason: Scalars['String']['output'];
  /** Since when, by the host's clock. */
  readonly since: Scalars['DateTime']['output'];
  /** The host it is looked for at. */
  readonly host: Scalars['String']['output'];
  /** The port it is looked for at. */
  readonly port: Scalars['Int']['output'];
  /** The accounts it serves, as the broker names them. */
  readonly accounts: ReadonlyArray<Scalars['String']['output']>;
  /** The market's time; null where it is not known. */
  readonly marketTime?: Maybe<Scalars['DateTime']['output']>;
  /** No request that needs write access is ever sent. */
  readonly readOnly: Scalars['Boolean']['output'];
};

/** What to say of which trade. */
export type AnnotateTradeInput = {
  /** The trade's id. */
  readonly tradeId: Scalars['ID']['input'];
  /** The strategy it belongs to, at most 100 characters. */
  readonly strategy?: InputMaybe<Scalars['String']['input']>;
  /** Words it is tagged with, all of them, at most 50 of at most 50 characters; null: none. */
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** What there is to say about it, at most 10000 characters. */
  readonly note?: InputMaybe<Scalars['String']['input']>;
  /** Where the first stop stood, as quoted. */
  readonly initialStop?: InputMaybe<Scalars['Decimal']['input']>;
  /** Where the first target stood, as quoted. */
  readonly initialTarget?: InputMaybe<Scalars['Decimal']['input']>;
  /** How well it was traded, 1 to 5. */
  readonly rating?: InputMaybe<Scalars['Int']['input']>;
  /** What went wrong, all of it, at most 50 words or phrases of at most 50 characters; null: nothing. */
  readonly mistakes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Held for the long term: outside rules and round trips. */
  readonly held?: InputMaybe<Scalars['Boolean']['input']>;
};

/** What became of an annotation. */
export type AnnotateTradePayload = {
  /** The trade as it is now; null where nothing was written. */
  readonly trade?: Maybe<Trade>;
  /** What to mend; empty where it was written. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** A rule, with the fields of a rules file. */
export type SaveRuleInput = {
  /** Its name, such as hard-stop: letters, digits, dots, dashes and underscores, at most 64. */
  readonly id: Scalars['ID']['input'];
  /** What it looks at. */
  readonly kind: RuleKind;
  /** Which kind of trade it looks at; absent: ORDER. */
  readonly unit?: InputMaybe<TradeUnit>;
  /** Switched on; absent: yes. */
  readonly enabled?: InputMaybe<Scalars['Boolean']['input']>;
  /** How much its alerts matter; absent: as usual for its kind. */
  readonly severity?: InputMaybe<Severity>;
  /** Threshold, percent of entry. */
  readonly pct?: InputMaybe<Scalars['Decimal']['input']>;
  /** The maximum favourable excursion that arms it, percent of entry. */
  readonly armPct?: InputMaybe<Scalars['Decimal']['input']>;
  /** The share of the maximum favourable excursion that may be given back, 0 to 1. */
  readonly fraction?: InputMaybe<Scalars['Decimal']['input']>;
  /** How long after the opening it looks. */
  readonly after?: InputMaybe<Scalars['Duration']['input']>;
  /** It speaks where the maximum favourable excursion is below this, percent of entry. */
  readonly mfeBelowPct?: InputMaybe<Scalars['Decimal']['input']>;
  /** It speaks where the result is below this, percent of entry. */
  readonly resultBelowPct?: InputMaybe<Scalars['Decimal']['input']>;
  /** Which clock its time runs on; absent: wall. */
  readonly clock?: InputMaybe<RuleClock>;
  /** How many marks in a row must agree; absent: 1. */
  readonly confirm?: InputMaybe<Scalars['Int']['input']>;
  /** Its tiers, the nearest first. */
  readonly tiers?: InputMaybe<ReadonlyArray<RuleTierInput>>;
  /** Which trades it looks at; absent: all that are not held for the long term. */
  readonly scope?: InputMaybe<RuleScopeInput>;
};

/** One of several targets of a rule. */
export type RuleTierInput = {
  /** The maximum favourable excursion that fires it, percent of entry. */
  readonly pct: Scalars['Decimal']['input'];
  /** What share of the quantity to take there, such as 1/3. */
  readonly take?: InputMaybe<Scalars['String']['input']>;
};

/** Which trades a rule looks at. Every condition given must hold; a list means any of its values. */
export type RuleScopeInput = {
  /** Only of these accounts, as the broker names them. */
  readonly accounts?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Only in these symbols. */
  readonly symbols?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Only of these strategies. */
  readonly strategies?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Only these sides. */
  readonly sides?: InputMaybe<ReadonlyArray<Side>>;
  /** Only these kinds of contract, such as STK. */
  readonly secTypes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Trades held for the long term instead of the others. */
  readonly held?: InputMaybe<Scalars['Boolean']['input']>;
};

/** What became of a rule. */
export type SaveRulePayload = {
  /** The rule as it is now; null where nothing was written. */
  readonly rule?: Maybe<AlertRule>;
  /** What to mend; empty where it was written. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Which rule, and whether it is to look. */
export type SetRuleEnabledInput = {
  /** The rule's id. */
  readonly id: Scalars['ID']['input'];
  /** Whether it is to look. */
  readonly enabled: Scalars['Boolean']['input'];
};

/** What became of a switch. */
export type SetRuleEnabledPayload = {
  /** The rule as it is now; null where nothing was written. */
  readonly rule?: Maybe<AlertRule>;
  /** What to mend; empty where it was written. */
  readonly userErrors: ReadonlyArray<UserError>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;




/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Node:
    | ( TradeParent )
    | ( AlertParent )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Decimal: ResolverTypeWrapper<Scalars['Decimal']['output']>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Date: ResolverTypeWrapper<Scalars['Date']['output']>;
  BigInt: ResolverTypeWrapper<Scalars['BigInt']['output']>;
  Duration: ResolverTypeWrapper<Scalars['Duration']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Node: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Node']>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  UserError: ResolverTypeWrapper<UserError>;
  TradeUnit: TradeUnit;
  Side: Side;
  TradeStatus: TradeStatus;
  AccountMode: AccountMode;
  FillSide: FillSide;
  FillRole: FillRole;
  TradeFilter: TradeFilter;
  TradeOrder: TradeOrder;
  TradeOrderField: TradeOrderField;
  OrderDirection: OrderDirection;
  Distribution: ResolverTypeWrapper<Omit<Distribution, 'mfePct' | 'drawdownPct'> & { mfePct: ResolversTypes['Histogram'], drawdownPct: ResolversTypes['Histogram'] }>;
  Histogram: ResolverTypeWrapper<HistogramParent>;
  HistogramBar: ResolverTypeWrapper<HistogramBar>;
  TradeConnection: ResolverTypeWrapper<TradeConnectionParent>;
  TradeEdge: ResolverTypeWrapper<Omit<TradeEdge, 'node'> & { node: ResolversTypes['Trade'] }>;
  Trade: ResolverTypeWrapper<TradeParent>;
  Instrument: ResolverTypeWrapper<InstrumentParent>;
  Excursion: ResolverTypeWrapper<ExcursionParent>;
  ProvenanceSource: ProvenanceSource;
  Provenance: ResolverTypeWrapper<Provenance>;
  ProvenanceGap: ResolverTypeWrapper<ProvenanceGap>;
  Trajectory: ResolverTypeWrapper<TrajectoryParent>;
  TrajectoryPoint: ResolverTypeWrapper<TrajectoryPointParent>;
  AlertMark: ResolverTypeWrapper<AlertMark>;
  Fill: ResolverTypeWrapper<Fill>;
  TradeEvent: ResolverTypeWrapper<Omit<TradeEvent, 'trade'> & { trade?: Maybe<ResolversTypes['Trade']> }>;
  TrajectoryEvent: ResolverTypeWrapper<Omit<TrajectoryEvent, 'point'> & { point?: Maybe<ResolversTypes['TrajectoryPoint']> }>;
  Severity: Severity;
  AlertState: AlertState;
  RuleKind: RuleKind;
  RuleClock: RuleClock;
  AlertFilter: AlertFilter;
  AlertConnection: ResolverTypeWrapper<AlertConnectionParent>;
  AlertEdge: ResolverTypeWrapper<Omit<AlertEdge, 'node'> & { node: ResolversTypes['Alert'] }>;
  Alert: ResolverTypeWrapper<AlertParent>;
  AlertEvent: ResolverTypeWrapper<Omit<AlertEvent, 'alert'> & { alert?: Maybe<ResolversTypes['Alert']> }>;
  AlertRule: ResolverTypeWrapper<RuleParent>;
  RuleTier: ResolverTypeWrapper<RuleTier>;
  ReviewConnection: ResolverTypeWrapper<ReviewConnectionParent>;
  ReviewEdge: ResolverTypeWrapper<Omit<ReviewEdge, 'node'> & { node: ResolversTypes['Review'] }>;
  Review: ResolverTypeWrapper<ReviewParent>;
  DayTotal: ResolverTypeWrapper<DayTotalParent>;
  BrokerState: BrokerState;
  BrokerStatus: ResolverTypeWrapper<BrokerStatusParent>;
  AnnotateTradeInput: AnnotateTradeInput;
  AnnotateTradePayload: ResolverTypeWrapper<Omit<AnnotateTradePayload, 'trade'> & { trade?: Maybe<ResolversTypes['Trade']> }>;
  SaveRuleInput: SaveRuleInput;
  RuleTierInput: RuleTierInput;
  RuleScopeInput: RuleScopeInput;
  SaveRulePayload: ResolverTypeWrapper<Omit<SaveRulePayload, 'rule'> & { rule?: Maybe<ResolversTypes['AlertRule']> }>;
  SetRuleEnabledInput: SetRuleEnabledInput;
  SetRuleEnabledPayload: ResolverTypeWrapper<Omit<SetRuleEnabledPayload, 'rule'> & { rule?: Maybe<ResolversTypes['AlertRule']> }>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Decimal: Scalars['Decimal']['output'];
  DateTime: Scalars['DateTime']['output'];
  Date: Scalars['Date']['output'];
  BigInt: Scalars['BigInt']['output'];
  Duration: Scalars['Duration']['output'];
  Query: Record<PropertyKey, never>;
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  String: Scalars['String']['output'];
  Mutation: Record<PropertyKey, never>;
  Subscription: Record<PropertyKey, never>;
  Node: ResolversInterfaceTypes<ResolversParentTypes>['Node'];
  PageInfo: PageInfo;
  Boolean: Scalars['Boolean']['output'];
  UserError: UserError;
  TradeFilter: TradeFilter;
  TradeOrder: TradeOrder;
  Distribution: Omit<Distribution, 'mfePct' | 'drawdownPct'> & { mfePct: ResolversParentTypes['Histogram'], drawdownPct: ResolversParentTypes['Histogram'] };
  Histogram: HistogramParent;
  HistogramBar: HistogramBar;
  TradeConnection: TradeConnectionParent;
  TradeEdge: Omit<TradeEdge, 'node'> & { node: ResolversParentTypes['Trade'] };
  Trade: TradeParent;
  Instrument: InstrumentParent;
  Excursion: ExcursionParent;
  Provenance: Provenance;
  ProvenanceGap: ProvenanceGap;
  Trajectory: TrajectoryParent;
  TrajectoryPoint: TrajectoryPointParent;
  AlertMark: AlertMark;
  Fill: Fill;
  TradeEvent: Omit<TradeEvent, 'trade'> & { trade?: Maybe<ResolversParentTypes['Trade']> };
  TrajectoryEvent: Omit<TrajectoryEvent, 'point'> & { point?: Maybe<ResolversParentTypes['TrajectoryPoint']> };
  AlertFilter: AlertFilter;
  AlertConnection: AlertConnectionParent;
  AlertEdge: Omit<AlertEdge, 'node'> & { node: ResolversParentTypes['Alert'] };
  Alert: AlertParent;
  AlertEvent: Omit<AlertEvent, 'alert'> & { alert?: Maybe<ResolversParentTypes['Alert']> };
  AlertRule: RuleParent;
  RuleTier: RuleTier;
  ReviewConnection: ReviewConnectionParent;
  ReviewEdge: Omit<ReviewEdge, 'node'> & { node: ResolversParentTypes['Review'] };
  Review: ReviewParent;
  DayTotal: DayTotalParent;
  BrokerStatus: BrokerStatusParent;
  AnnotateTradeInput: AnnotateTradeInput;
  AnnotateTradePayload: Omit<AnnotateTradePayload, 'trade'> & { trade?: Maybe<ResolversParentTypes['Trade']> };
  SaveRuleInput: SaveRuleInput;
  RuleTierInput: RuleTierInput;
  RuleScopeInput: RuleScopeInput;
  SaveRulePayload: Omit<SaveRulePayload, 'rule'> & { rule?: Maybe<ResolversParentTypes['AlertRule']> };
  SetRuleEnabledInput: SetRuleEnabledInput;
  SetRuleEnabledPayload: Omit<SetRuleEnabledPayload, 'rule'> & { rule?: Maybe<ResolversParentTypes['AlertRule']> };
};

export interface DecimalScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Decimal'], any> {
  name: 'Decimal';
}

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface DateScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Date'], any> {
  name: 'Date';
}

export interface BigIntScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['BigInt'], any> {
  name: 'BigInt';
}

export interface DurationScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Duration'], any> {
  name: 'Duration';
}

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<QueryNodeArgs, 'id'>>;
  trades?: Resolver<ResolversTypes['TradeConnection'], ParentType, ContextType, Partial<QueryTradesArgs>>;
  trade?: Resolver<Maybe<ResolversTypes['Trade']>, ParentType, ContextType, RequireFields<QueryTradeArgs, 'id'>>;
  distribution?: Resolver<ResolversTypes['Distribution'], ParentType, ContextType, Partial<QueryDistributionArgs>>;
  alerts?: Resolver<ResolversTypes['AlertConnection'], ParentType, ContextType, Partial<QueryAlertsArgs>>;
  alertRules?: Resolver<ReadonlyArray<ResolversTypes['AlertRule']>, ParentType, ContextType>;
  review?: Resolver<Maybe<ResolversTypes['Review']>, ParentType, ContextType, RequireFields<QueryReviewArgs, 'day'>>;
  reviews?: Resolver<ResolversTypes['ReviewConnection'], ParentType, ContextType, Partial<QueryReviewsArgs>>;
  brokers?: Resolver<ReadonlyArray<ResolversTypes['BrokerStatus']>, ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  annotateTrade?: Resolver<ResolversTypes['AnnotateTradePayload'], ParentType, ContextType, RequireFields<MutationAnnotateTradeArgs, 'input'>>;
  saveRule?: Resolver<ResolversTypes['SaveRulePayload'], ParentType, ContextType, RequireFields<MutationSaveRuleArgs, 'input'>>;
  setRuleEnabled?: Resolver<ResolversTypes['SetRuleEnabledPayload'], ParentType, ContextType, RequireFields<MutationSetRuleEnabledArgs, 'input'>>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  tradeChanged?: SubscriptionResolver<ResolversTypes['TradeEvent'], "tradeChanged", ParentType, ContextType, Partial<SubscriptionTradeChangedArgs>>;
  trajectoryAdvanced?: SubscriptionResolver<ResolversTypes['TrajectoryEvent'], "trajectoryAdvanced", ParentType, ContextType, RequireFields<SubscriptionTrajectoryAdvancedArgs, 'tradeId'>>;
  alertRaised?: SubscriptionResolver<ResolversTypes['AlertEvent'], "alertRaised", ParentType, ContextType, Partial<SubscriptionAlertRaisedArgs>>;
  brokerChanged?: SubscriptionResolver<ResolversTypes['BrokerStatus'], "brokerChanged", ParentType, ContextType>;
};

export type NodeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'Trade' | 'Alert', ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type UserErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserError'] = ResolversParentTypes['UserError']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type DistributionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Distribution'] = ResolversParentTypes['Distribution']> = {
  trades?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  mfePct?: Resolver<ResolversTypes['Histogram'], ParentType, ContextType>;
  drawdownPct?: Resolver<ResolversTypes['Histogram'], ParentType, ContextType>;
};

export type HistogramResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Histogram'] = ResolversParentTypes['Histogram']> = {
  bars?: Resolver<ReadonlyArray<ResolversTypes['HistogramBar']>, ParentType, ContextType>;
  median?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  known?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  unknown?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type HistogramBarResolvers<ContextType = Context, ParentType extends ResolversParentTypes['HistogramBar'] = ResolversParentTypes['HistogramBar']> = {
  from?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  to?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type TradeConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TradeConnection'] = ResolversParentTypes['TradeConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['TradeEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Trade']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type TradeEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TradeEdge'] = ResolversParentTypes['TradeEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Trade'], ParentType, ContextType>;
};

export type TradeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Trade'] = ResolversParentTypes['Trade']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  unit?: Resolver<ResolversTypes['TradeUnit'], ParentType, ContextType>;
  account?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  mode?: Resolver<ResolversTypes['AccountMode'], ParentType, ContextType>;
  instrument?: Resolver<ResolversTypes['Instrument'], ParentType, ContextType>;
  side?: Resolver<ResolversTypes['Side'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['TradeStatus'], ParentType, ContextType>;
  quantity?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  openQuantity?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  entryPrice?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  exitPrice?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  lastPrice?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  openedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  closedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  grossPnl?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  netPnl?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  commission?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  strategy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  note?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  initialStop?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  initialTarget?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  rating?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  mistakes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  orderRef?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  held?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  mfe?: Resolver<ResolversTypes['Excursion'], ParentType, ContextType>;
  mae?: Resolver<ResolversTypes['Excursion'], ParentType, ContextType>;
  drawdownPct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  giveback?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  provenance?: Resolver<ResolversTypes['Provenance'], ParentType, ContextType>;
  trajectory?: Resolver<ResolversTypes['Trajectory'], ParentType, ContextType, Partial<TradeTrajectoryArgs>>;
  latestPoints?: Resolver<ReadonlyArray<ResolversTypes['TrajectoryPoint']>, ParentType, ContextType, RequireFields<TradeLatestPointsArgs, 'count'>>;
  fills?: Resolver<ReadonlyArray<ResolversTypes['Fill']>, ParentType, ContextType>;
  alerts?: Resolver<ReadonlyArray<ResolversTypes['Alert']>, ParentType, ContextType>;
  sparkline?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InstrumentResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Instrument'] = ResolversParentTypes['Instrument']> = {
  conId?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  symbol?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  secType?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  multiplier?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  minTick?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  exchange?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  localSymbol?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  underlying?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  expiry?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  strike?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  right?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  timeZone?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ExcursionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Excursion'] = ResolversParentTypes['Excursion']> = {
  price?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  pct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  pctAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  pnl?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  pnlAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  r?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
};

export type ProvenanceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Provenance'] = ResolversParentTypes['Provenance']> = {
  source?: Resolver<ResolversTypes['ProvenanceSource'], ParentType, ContextType>;
  coverage?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  gaps?: Resolver<ReadonlyArray<ResolversTypes['ProvenanceGap']>, ParentType, ContextType>;
};

export type ProvenanceGapResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ProvenanceGap'] = ResolversParentTypes['ProvenanceGap']> = {
  from?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  to?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type TrajectoryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Trajectory'] = ResolversParentTypes['Trajectory']> = {
  points?: Resolver<ReadonlyArray<ResolversTypes['TrajectoryPoint']>, ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  alerts?: Resolver<ReadonlyArray<ResolversTypes['AlertMark']>, ParentType, ContextType>;
};

export type TrajectoryPointResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrajectoryPoint'] = ResolversParentTypes['TrajectoryPoint']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  last?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  mfe?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  mae?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
};

export type AlertMarkResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AlertMark'] = ResolversParentTypes['AlertMark']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  price?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  ruleId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  tier?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  severity?: Resolver<ResolversTypes['Severity'], ParentType, ContextType>;
};

export type FillResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Fill'] = ResolversParentTypes['Fill']> = {
  executionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  side?: Resolver<ResolversTypes['FillSide'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['FillRole'], ParentType, ContextType>;
  quantity?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  price?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  commission?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
};

export type TradeEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TradeEvent'] = ResolversParentTypes['TradeEvent']> = {
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  resync?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  trade?: Resolver<Maybe<ResolversTypes['Trade']>, ParentType, ContextType>;
};

export type TrajectoryEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrajectoryEvent'] = ResolversParentTypes['TrajectoryEvent']> = {
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  resync?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  point?: Resolver<Maybe<ResolversTypes['TrajectoryPoint']>, ParentType, ContextType>;
};

export type AlertConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AlertConnection'] = ResolversParentTypes['AlertConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['AlertEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Alert']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type AlertEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AlertEdge'] = ResolversParentTypes['AlertEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Alert'], ParentType, ContextType>;
};

export type AlertResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Alert'] = ResolversParentTypes['Alert']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  ruleId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  ruleVersion?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  rule?: Resolver<Maybe<ResolversTypes['AlertRule']>, ParentType, ContextType>;
  tier?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  tradeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  trade?: Resolver<Maybe<ResolversTypes['Trade']>, ParentType, ContextType>;
  unit?: Resolver<ResolversTypes['TradeUnit'], ParentType, ContextType>;
  account?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  conId?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  symbol?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  price?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  pct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  severity?: Resolver<ResolversTypes['Severity'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['AlertState'], ParentType, ContextType>;
  raisedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AlertEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AlertEvent'] = ResolversParentTypes['AlertEvent']> = {
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  resync?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  alert?: Resolver<Maybe<ResolversTypes['Alert']>, ParentType, ContextType>;
};

export type AlertRuleResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AlertRule'] = ResolversParentTypes['AlertRule']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['RuleKind'], ParentType, ContextType>;
  unit?: Resolver<ResolversTypes['TradeUnit'], ParentType, ContextType>;
  enabled?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  severity?: Resolver<ResolversTypes['Severity'], ParentType, ContextType>;
  pct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  armPct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  fraction?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  after?: Resolver<Maybe<ResolversTypes['Duration']>, ParentType, ContextType>;
  mfeBelowPct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  resultBelowPct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  clock?: Resolver<ResolversTypes['RuleClock'], ParentType, ContextType>;
  confirm?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  tiers?: Resolver<ReadonlyArray<ResolversTypes['RuleTier']>, ParentType, ContextType>;
  definition?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type RuleTierResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RuleTier'] = ResolversParentTypes['RuleTier']> = {
  pct?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  take?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ReviewConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ReviewConnection'] = ResolversParentTypes['ReviewConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ReviewEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Review']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ReviewEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ReviewEdge'] = ResolversParentTypes['ReviewEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Review'], ParentType, ContextType>;
};

export type ReviewResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Review'] = ResolversParentTypes['Review']> = {
  day?: Resolver<ResolversTypes['Date'], ParentType, ContextType>;
  account?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  markdown?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  totals?: Resolver<ReadonlyArray<ResolversTypes['DayTotal']>, ParentType, ContextType>;
  trades?: Resolver<ReadonlyArray<ResolversTypes['Trade']>, ParentType, ContextType>;
  alerts?: Resolver<ReadonlyArray<ResolversTypes['Alert']>, ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type DayTotalResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DayTotal'] = ResolversParentTypes['DayTotal']> = {
  account?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  mode?: Resolver<ResolversTypes['AccountMode'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  gross?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  net?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  commission?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  trades?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  winners?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type BrokerStatusResolvers<ContextType = Context, ParentType extends ResolversParentTypes['BrokerStatus'] = ResolversParentTypes['BrokerStatus']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['BrokerState'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  since?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  host?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  port?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  accounts?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  marketTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  readOnly?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type AnnotateTradePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AnnotateTradePayload'] = ResolversParentTypes['AnnotateTradePayload']> = {
  trade?: Resolver<Maybe<ResolversTypes['Trade']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type SaveRulePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SaveRulePayload'] = ResolversParentTypes['SaveRulePayload']> = {
  rule?: Resolver<Maybe<ResolversTypes['AlertRule']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type SetRuleEnabledPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SetRuleEnabledPayload'] = ResolversParentTypes['SetRuleEnabledPayload']> = {
  rule?: Resolver<Maybe<ResolversTypes['AlertRule']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  Decimal?: GraphQLScalarType;
  DateTime?: GraphQLScalarType;
  Date?: GraphQLScalarType;
  BigInt?: GraphQLScalarType;
  Duration?: GraphQLScalarType;
  Query?: QueryResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  Node?: NodeResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  UserError?: UserErrorResolvers<ContextType>;
  Distribution?: DistributionResolvers<ContextType>;
  Histogram?: HistogramResolvers<ContextType>;
  HistogramBar?: HistogramBarResolvers<ContextType>;
  TradeConnection?: TradeConnectionResolvers<ContextType>;
  TradeEdge?: TradeEdgeResolvers<ContextType>;
  Trade?: TradeResolvers<ContextType>;
  Instrument?: InstrumentResolvers<ContextType>;
  Excursion?: ExcursionResolvers<ContextType>;
  Provenance?: ProvenanceResolvers<ContextType>;
  ProvenanceGap?: ProvenanceGapResolvers<ContextType>;
  Trajectory?: TrajectoryResolvers<ContextType>;
  TrajectoryPoint?: TrajectoryPointResolvers<ContextType>;
  AlertMark?: AlertMarkResolvers<ContextType>;
  Fill?: FillResolvers<ContextType>;
  TradeEvent?: TradeEventResolvers<ContextType>;
  TrajectoryEvent?: TrajectoryEventResolvers<ContextType>;
  AlertConnection?: AlertConnectionResolvers<ContextType>;
  AlertEdge?: AlertEdgeResolvers<ContextType>;
  Alert?: AlertResolvers<ContextType>;
  AlertEvent?: AlertEventResolvers<ContextType>;
  AlertRule?: AlertRuleResolvers<ContextType>;
  RuleTier?: RuleTierResolvers<ContextType>;
  ReviewConnection?: ReviewConnectionResolvers<ContextType>;
  ReviewEdge?: ReviewEdgeResolvers<ContextType>;
  Review?: ReviewResolvers<ContextType>;
  DayTotal?: DayTotalResolvers<ContextType>;
  BrokerStatus?: BrokerStatusResolvers<ContextType>;
  AnnotateTradePayload?: AnnotateTradePayloadResolvers<ContextType>;
  SaveRulePayload?: SaveRulePayloadResolvers<ContextType>;
  SetRuleEnabledPayload?: SetRuleEnabledPayloadResolvers<ContextType>;
};

