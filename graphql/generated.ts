// Made by codegen.ts from the SDL; not written by hand.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { TradeParent, TradeConnectionParent, AlertConnectionParent, ReviewConnectionParent, AlertParent, ExcursionParent, TrajectoryParent, TrajectoryPointParent, InstrumentParent, ProvenanceParent, RuleParent, ReviewParent, DayTotalParent, AccountReviewParent, ReviewedTradeParent, RuleReviewParent, VerdictCountsParent, DwellParent, HistogramParent, BrokerStatusParent, DifferenceParent, DeliveryParent, DeliveryConnectionParent, SystemAlertParent, SystemAlertConnectionParent, RuleDistanceParent } from './parents.ts';
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
  /** What was told to whom, or could not be: one for each alert and channel, newest first. Dead letters are those with the state DEAD. */
  readonly deliveries: DeliveryConnection;
  /** What was wrong with the recorder itself: blind, logged out, at odds with the broker, unable to tell. Newest first. */
  readonly systemAlerts: SystemAlertConnection;
  /** Where ours and the broker's figures differ, newest first: each with its likely cause and what can be done. One ends only when both sides were known and agreed. */
  readonly differences: ReadonlyArray<Difference>;
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


/** What can be asked. Served over POST /graphql, over GET /graphql, and over the WebSocket at the same path. */
export type QueryDeliveriesArgs = {
  filter?: InputMaybe<DeliveryFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
};


/** What can be asked. Served over POST /graphql, over GET /graphql, and over the WebSocket at the same path. */
export type QuerySystemAlertsArgs = {
  active?: InputMaybe<Scalars['Boolean']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
};


/** What can be asked. Served over POST /graphql, over GET /graphql, and over the WebSocket at the same path. */
export type QueryDifferencesArgs = {
  filter?: InputMaybe<DifferenceFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** What can be written down. Every mutation takes one input and answers with a payload whose userErrors say what a person can mend. */
export type Mutation = {
  /** Has the card of a day made again now, from what is stored, with its notes and pages; asked again while it waits it is made once. What was made is read with review(day), whose updatedAt tells when. */
  readonly makeReview: MakeReviewPayload;
  /** Says something of a trade. What is absent stays as it was; null takes it away. It is said of the execution that opened the trade, and follows the trade that contains that; both kinds of trade show it. */
  readonly annotateTrade: AnnotateTradePayload;
  /** Writes a rule: a new one, or the next version of one that is there. From then on it looks at every open trade. */
  readonly saveRule: SaveRulePayload;
  /** Switches a rule on or off, as its next version. */
  readonly setRuleEnabled: SetRuleEnabledPayload;
  /** Takes a rule away. Its alerts stay, and its name may be used again. */
  readonly deleteRule: DeleteRulePayload;
  /** Tries a rule out: what it would say of a trade if it spoke now, and, where asked for, the same sent through its channels, marked as a test. Nothing is stored. */
  readonly testRule: TestRulePayload;
  /** Says that an alert was seen. Said twice it is said once. */
  readonly acknowledgeAlert: AcknowledgeAlertPayload;
  /** Says something about an alert. */
  readonly commentAlert: CommentAlertPayload;
  /** Leaves a trade alone for a while: its alerts are stored, and go out in one digest when the time is over. What is critical goes out all the same, unless the same rule had spoken of this trade before. */
  readonly snoozeTrade: SnoozeTradePayload;
  /** Sends a dead letter once more, with everything that was in its message, under the same id. */
  readonly sendAgain: SendAgainPayload;
};


/** What can be written down. Every mutation takes one input and answers with a payload whose userErrors say what a person can mend. */
export type MutationMakeReviewArgs = {
  input: MakeReviewInput;
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


/** What can be written down. Every mutation takes one input and answers with a payload whose userErrors say what a person can mend. */
export type MutationDeleteRuleArgs = {
  input: DeleteRuleInput;
};


/** What can be written down. Every mutation takes one input and answers with a payload whose userErrors say what a person can mend. */
export type MutationTestRuleArgs = {
  input: TestRuleInput;
};


/** What can be written down. Every mutation takes one input and answers with a payload whose userErrors say what a person can mend. */
export type MutationAcknowledgeAlertArgs = {
  input: AcknowledgeAlertInput;
};


/** What can be written down. Every mutation takes one input and answers with a payload whose userErrors say what a person can mend. */
export type MutationCommentAlertArgs = {
  input: CommentAlertInput;
};


/** What can be written down. Every mutation takes one input and answers with a payload whose userErrors say what a person can mend. */
export type MutationSnoozeTradeArgs = {
  input: SnoozeTradeInput;
};


/** What can be written down. Every mutation takes one input and answers with a payload whose userErrors say what a person can mend. */
export type MutationSendAgainArgs = {
  input: SendAgainInput;
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
   * That a correction took a trade away is told by resync, also to those who were away then and come back with sinceSeq.
   */
  readonly tradeChanged: TradeEvent;
  /**
   * Every new point of one trade's trajectory.
   * That a correction drew it again, or took the trade away, is told by resync, also to those who were away then and come back with sinceSeq.
   */
  readonly trajectoryAdvanced: TrajectoryEvent;
  /** Every alert, when it is raised, when its state changes, and when it is acknowledged or commented. None is left out, however slow the subscriber is: after an overflow comes resync, then all of them again from the store. */
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
  /** Where the first stop stood, as quoted: by the trader's word, else the order's reference, else the first one seen at the broker; null where none is known. */
  readonly initialStop?: Maybe<Scalars['Decimal']['output']>;
  /** 1 R, in the instrument's currency: |entry − initialStop| × quantity × multiplier, frozen when the first stop is known; null, unknown, without one. */
  readonly risk?: Maybe<Scalars['Decimal']['output']>;
  /** The result in multiples of the risk taken: grossPnl over risk; null where risk is unknown or 0. */
  readonly r?: Maybe<Scalars['Decimal']['output']>;
  /** Where its stop stands now, as quoted; null where none is known. */
  readonly stop?: Maybe<Scalars['Decimal']['output']>;
  /** Where its target stands now, as quoted; null where none is known. */
  readonly target?: Maybe<Scalars['Decimal']['output']>;
  /** How its stop was moved since the first one, in order of time. */
  readonly stopMoves: ReadonlyArray<StopMove>;
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
  /** How far it is from what each rule would say of it, nearest first: '0.4 % to trailing'. Empty where it is closed. Rounded, for people; a rule fires by exact numbers. */
  readonly distances: ReadonlyArray<RuleDistance>;
  /** Until when nothing of it is pushed, by the host's clock; null: it may speak. */
  readonly snoozedUntil?: Maybe<Scalars['DateTime']['output']>;
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
  /** In multiples of the risk taken: pnl over the trade's risk; null where that is unknown or 0, and while a stop just said waits to be taken in. */
  readonly r?: Maybe<Scalars['Decimal']['output']>;
  /** The session in which that price was first reached; null where the contract's hours are not known. */
  readonly session?: Maybe<MarketSession>;
};

/** A part of a market day, by the contract's own hours. */
export type MarketSession =
  /** Within the contract's liquid hours. */
  | 'REGULAR'
  /** Outside them, before a regular session of the day. */
  | 'PRE'
  /** Outside them, after the regular session of the day. */
  | 'POST'
  /** In trading that began on an earlier date, on a day without a regular session, or outside the hours told. */
  | 'OVERNIGHT';

/** Which way a stop was moved. */
export type StopWay =
  /** Away from the price: more to lose than before. */
  | 'WIDENED'
  /** Towards the price: less to lose than before. */
  | 'TIGHTENED';

/** A stop was moved after the first one was known. Prices as quoted. */
export type StopMove = {
  /** When it was seen, in market time. */
  readonly at: Scalars['DateTime']['output'];
  /** Which way. */
  readonly way: StopWay;
  /** Where it stood before. */
  readonly from: Scalars['Decimal']['output'];
  /** Where it stood from then on. */
  readonly to: Scalars['Decimal']['output'];
  /** What the move changed, in multiples of the risk taken: below 0 where there is more to lose than before; null where that risk is 0. */
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
  /** The position came without its executions: nothing is known of it before. Null where all are known. */
  readonly partialSince?: Maybe<Scalars['DateTime']['output']>;
  /** Bars that contained a fill of the trade and could not be used. */
  readonly leftOut: Scalars['Int']['output'];
  /** Of its marks only those it stands on are still kept: the numbers are what they were, alerts are judged no more. */
  readonly thinned: Scalars['Boolean']['output'];
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
  /** The broker said that it ordered this itself, to close by force (a margin violation). */
  readonly liquidation: Scalars['Boolean']['output'];
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

/** How far a trade is from what a rule would say of it. */
export type RuleDistance = {
  /** The rule. */
  readonly ruleId: Scalars['ID']['output'];
  /** The rule as it is now. */
  readonly rule?: Maybe<AlertRule>;
  /** Which of the rule's tiers, from 0; 0 for rules without tiers. */
  readonly tier: Scalars['Int']['output'];
  /** The price at which it would speak, or be armed, as quoted; null where only the clock can make it. */
  readonly price?: Maybe<Scalars['Decimal']['output']>;
  /** From the last price to that one, percent of the last price; null where only the clock can make it. */
  readonly percent?: Maybe<Scalars['Decimal']['output']>;
  /** false: at that price the rule is armed and does not speak yet. */
  readonly armed: Scalars['Boolean']['output'];
  /** When it speaks, where the clock makes it; null for the others. */
  readonly at?: Maybe<Scalars['DateTime']['output']>;
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
  | 'MISSED'
  /** What its tier suggests taking had been taken by then: stored, and told to nobody. */
  | 'SATISFIED';

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
  /** The same for the same rule, tier and trade, and of a repeating rule for the same ordinal. */
  readonly id: Scalars['ID']['output'];
  /** The rule that raised it. */
  readonly ruleId: Scalars['ID']['output'];
  /** The version of the rule that raised it, from 1. */
  readonly ruleVersion: Scalars['Int']['output'];
  /** The rule as it is now; null where it was removed. */
  readonly rule?: Maybe<AlertRule>;
  /** Which of the rule's tiers, from 0; 0 for rules without tiers. */
  readonly tier: Scalars['Int']['output'];
  /** Which firing of its rule and tier for its trade, from 1; above 1 only where the rule repeats itself. */
  readonly ordinal: Scalars['Int']['output'];
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
  /** When somebody said that it was seen; null: nobody yet. */
  readonly acknowledgedAt?: Maybe<Scalars['DateTime']['output']>;
  /** What was said about it, oldest first. */
  readonly comments: ReadonlyArray<AlertComment>;
  /** What became of it on each channel; empty where it goes to none, or was not handed over yet. */
  readonly deliveries: ReadonlyArray<Delivery>;
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
  /** Threshold, percent of entry (TRAILING_STOP: of the best price); null where it has none, or is measured otherwise. */
  readonly pct?: Maybe<Scalars['Decimal']['output']>;
  /** Threshold on the gross running result, in the instrument's currency; null where it has none, or is measured otherwise. */
  readonly amount?: Maybe<Scalars['Decimal']['output']>;
  /** Threshold on the gross running result, in multiples of the trade's 1 R; null where it has none, or is measured otherwise. */
  readonly r?: Maybe<Scalars['Decimal']['output']>;
  /** The maximum favourable excursion that arms it, percent of entry; null where it has none, or is measured otherwise. */
  readonly armPct?: Maybe<Scalars['Decimal']['output']>;
  /** The best gross running result that arms it, in the instrument's currency; null where it has none, or is measured otherwise. */
  readonly armAmount?: Maybe<Scalars['Decimal']['output']>;
  /** The best gross running result that arms it, in multiples of 1 R; null where it has none, or is measured otherwise. */
  readonly armR?: Maybe<Scalars['Decimal']['output']>;
  /** The share of the maximum favourable excursion that may be given back, 0 to 1; null where this kind has none. */
  readonly fraction?: Maybe<Scalars['Decimal']['output']>;
  /** How long after the opening it looks; null where this kind has no time. */
  readonly after?: Maybe<Scalars['Duration']['output']>;
  /** It speaks where the maximum favourable excursion is below this, percent of entry; null where this kind has none. */
  readonly mfeBelowPct?: Maybe<Scalars['Decimal']['output']>;
  /** It speaks where the best gross running result is below this, in the instrument's currency; null where this kind has none, or it is measured otherwise. */
  readonly mfeBelowAmount?: Maybe<Scalars['Decimal']['output']>;
  /** It speaks where the best gross running result is below this, in multiples of 1 R; null where this kind has none, or it is measured otherwise. */
  readonly mfeBelowR?: Maybe<Scalars['Decimal']['output']>;
  /** It speaks where the result is below this, percent of entry; null where this kind has none. */
  readonly resultBelowPct?: Maybe<Scalars['Decimal']['output']>;
  /** It speaks where the gross running result is below this, in the instrument's currency; null where this kind has none, or it is measured otherwise. */
  readonly resultBelowAmount?: Maybe<Scalars['Decimal']['output']>;
  /** It speaks where the gross running result is below this, in multiples of 1 R; null where this kind has none, or it is measured otherwise. */
  readonly resultBelowR?: Maybe<Scalars['Decimal']['output']>;
  /** Which clock its time runs on. */
  readonly clock: RuleClock;
  /** How many marks in a row must agree. */
  readonly confirm: Scalars['Int']['output'];
  /** How often it may fire per trade and tier: 1, more, or 0 for without limit. Again only where its condition had ceased to hold. */
  readonly repeat: Scalars['Int']['output'];
  /** The market time that must pass before it may fire again; null: none. */
  readonly cooldown?: Maybe<Scalars['Duration']['output']>;
  /** The channels that are told, such as slack; null: every one. */
  readonly channels?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** Its tiers in percent of entry, in their order; those in currency or in R are in targets only. */
  readonly tiers: ReadonlyArray<RuleTier>;
  /** Its tiers, whatever they are measured in; empty for kinds without tiers. */
  readonly targets: ReadonlyArray<RuleTarget>;
  /** The sessions in which it looks; null: always. Outside them it neither fires nor arms; where the contract's hours are not known it never looks. */
  readonly sessions?: Maybe<ReadonlyArray<MarketSession>>;
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

/** One of several targets of a rule. One of pct, amount and r is said. */
export type RuleTarget = {
  /** Which of them, from 0, as alerts name it. */
  readonly tier: Scalars['Int']['output'];
  /** The maximum favourable excursion that fires it, percent of entry. */
  readonly pct?: Maybe<Scalars['Decimal']['output']>;
  /** The best gross running result that fires it, in the instrument's currency. */
  readonly amount?: Maybe<Scalars['Decimal']['output']>;
  /** The best gross running result that fires it, in multiples of the trade's 1 R. */
  readonly r?: Maybe<Scalars['Decimal']['output']>;
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
  /** The pictures the card refers to, drawn from the review as it was made and the paths of its trades as they are stored; empty where this server draws none. */
  readonly pictures: ReadonlyArray<Picture>;
  /** When the card was last written, by the host's clock. */
  readonly updatedAt: Scalars['DateTime']['output'];
  /** The review as a model, one part for each account in each mode: what the card says in words, as numbers. Each was decided when the card was made. */
  readonly accounts: ReadonlyArray<AccountReview>;
};

/** A picture of a card. */
export type Picture = {
  /** What the card calls it: a path relative to the card, such as _charts/2026-11-20-IBM-0a1b2c3d4e.svg. */
  readonly name: Scalars['String']['output'];
  /** What it shows, in the card's language. */
  readonly title: Scalars['String']['output'];
  /** The picture, as an SVG document. */
  readonly svg: Scalars['String']['output'];
};

/** Which review to make. */
export type MakeReviewInput = {
  /** The market day. */
  readonly day: Scalars['Date']['input'];
};

/** What became of making a review. */
export type MakeReviewPayload = {
  /** The market day whose review is on its way; null where nothing was ordered. */
  readonly day?: Maybe<Scalars['Date']['output']>;
  /** What to mend; empty where the review is on its way. */
  readonly userErrors: ReadonlyArray<UserError>;
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

/** What became of an alert: a forecast, judged by what the price did afterwards. */
export type Verdict =
  /** The price went on against the trade: by half of the risk taken, or by 1 percent of entry where no stop was set. */
  | 'TRUE_POSITIVE'
  /** It came back by as much first. */
  | 'FALSE_POSITIVE'
  /** Neither, up to the close of the exchange's session after the exit, and for two hours at least. */
  | 'NEUTRAL'
  /** Both were reached, in an order nobody saw. */
  | 'AMBIGUOUS'
  /** Prices were not kept for that long. */
  | 'CENSORED'
  /** Not over yet. */
  | 'PENDING';

/** Where a trade stood on the day under review. */
export type ReviewSection =
  /** Closed that day. */
  | 'CLOSED'
  /** Opened that day and open at its end. */
  | 'OPENED'
  /** Carried over from an earlier day, and open at its end. */
  | 'CARRIED'
  /** Held for the long term: listed, and in no result. */
  | 'HELD';

/** What a winner is told by. */
export type ResultBasis =
  /** The result after commission: every one is known. */
  | 'net'
  /** The result before commission: one is unknown. */
  | 'gross';

/** What a market day came to in one account and mode. Money is in the currency told beside it; currencies are never added together. */
export type AccountReview = {
  /** The account, as the broker names it. */
  readonly account: Scalars['String']['output'];
  /** Whose money it is. */
  readonly mode: AccountMode;
  /** What was made, one for each currency. */
  readonly results: ReadonlyArray<CurrencyResult>;
  /** The ORDER trades of the day by section, in order of time. */
  readonly trades: ReadonlyArray<ReviewedTrade>;
  /** The three that went furthest in their favour, percent of entry, the furthest first. */
  readonly topMfe: ReadonlyArray<ReviewedTrade>;
  /** The three that went furthest against it, percent of entry, the furthest first. */
  readonly topMae: ReadonlyArray<ReviewedTrade>;
  /** Closed trades that were in profit and gave back at least 10 percent of their best result: up to three a currency, the largest amount first. */
  readonly gaveBack: ReadonlyArray<ReviewedTrade>;
  /** Closed trades that were in profit once and ended as losers. */
  readonly turned: ReadonlyArray<ReviewedTrade>;
  /** Losers whose contract, in what was seen of it after the exit, went at least as far their way as they had risked; empty where no prices were kept. */
  readonly noise: ReadonlyArray<NoiseStop>;
  /** The day's alerts of those trades, in order of time. */
  readonly alerts: ReadonlyArray<ReviewedAlert>;
  /** What each rule was worth. */
  readonly rules: ReadonlyArray<RuleReview>;
  /** Alerts that were missed, said late or ignored. */
  readonly lapses: Lapses;
  /** What each strategy made of the closed trades, one for each currency. */
  readonly strategies: ReadonlyArray<StrategyResult>;
  /** The days before, to compare with: one for each currency that has some. */
  readonly trailing: ReadonlyArray<TrailingDays>;
  /** How much of the day was seen. */
  readonly quality: ReviewQuality;
};

/** What the trades closed that day made, in one currency. */
export type CurrencyResult = {
  /** The currency of every amount here, ISO 4217. */
  readonly currency: Scalars['String']['output'];
  /** How many trades were closed. */
  readonly closed: Scalars['Int']['output'];
  /** Result before commission, in that currency. */
  readonly gross: Scalars['Decimal']['output'];
  /** Result after commission, in that currency; null while a commission is unknown. */
  readonly net?: Maybe<Scalars['Decimal']['output']>;
  /** Commission, in that currency: positive a cost; null while one is unknown. */
  readonly commission?: Maybe<Scalars['Decimal']['output']>;
  /** Of how many closed trades the commission is unknown. */
  readonly commissionsUnknown: Scalars['Int']['output'];
  /** What wins, losses, expectancy and the averages are told by. */
  readonly basis: ResultBasis;
  /** How many gained. */
  readonly wins: Scalars['Int']['output'];
  /** How many lost. */
  readonly losses: Scalars['Int']['output'];
  /** Winners in percent of the closed trades; null where none closed. */
  readonly winRate?: Maybe<Scalars['Decimal']['output']>;
  /** Mean result of a closed trade, in that currency; null where none closed. */
  readonly expectancy?: Maybe<Scalars['Decimal']['output']>;
  /** Mean result of a winner, in that currency; null where there is none. */
  readonly averageWin?: Maybe<Scalars['Decimal']['output']>;
  /** Mean result of a loser, in that currency (below 0); null where there is none. */
  readonly averageLoss?: Maybe<Scalars['Decimal']['output']>;
  /** Mean result in multiples of the risk taken, of the trades that had a stop; null where none had. */
  readonly meanR?: Maybe<Scalars['Decimal']['output']>;
  /** How many closed trades had a stop. */
  readonly withStop: Scalars['Int']['output'];
  /** What the trades that were in profit gave back of their best results, in that currency. */
  readonly gaveBack: Scalars['Decimal']['output'];
  /** Sum of the results in percent of the sum of the best results; null where those are not above 0. */
  readonly capture?: Maybe<Scalars['Decimal']['output']>;
  /** Mean of the trades' entry efficiencies, percent; null where none is known. */
  readonly entryEfficiency?: Maybe<Scalars['Decimal']['output']>;
  /** Mean of the trades' exit efficiencies, percent; null where none is known. */
  readonly exitEfficiency?: Maybe<Scalars['Decimal']['output']>;
  /** Running result before commission, at the end of the day, of the trades then open, in that currency; held ones left out. Null where one cannot be told. */
  readonly openGross?: Maybe<Scalars['Decimal']['output']>;
  /** How many trades were open at the end of the day, held ones left out. */
  readonly open: Scalars['Int']['output'];
};

/** A trade as the day under review knew it: nothing that came later is in it, but for the verdicts on its alerts. Money is in the instrument's currency. */
export type ReviewedTrade = {
  /** The trade's id. */
  readonly tradeId: Scalars['ID']['output'];
  /** The trade as it is now; null where it is no more. */
  readonly trade?: Maybe<Trade>;
  /** Where it stood that day. */
  readonly section: ReviewSection;
  /** The symbol, such as IBM. */
  readonly symbol: Scalars['String']['output'];
  /** What the exchange calls the contract where that says more than the symbol. */
  readonly label: Scalars['String']['output'];
  /** What kind of contract: STK, FUT, OPT and so on. */
  readonly secType: Scalars['String']['output'];
  /** The currency of its money, ISO 4217. */
  readonly currency: Scalars['String']['output'];
  /** Which way it gains. */
  readonly side: Side;
  /** Quantity entered by the end of the day: shares or contracts. */
  readonly quantity: Scalars['Decimal']['output'];
  /** Quantity still held at the end of the day: shares or contracts. */
  readonly openQuantity: Scalars['Decimal']['output'];
  /** Volume-weighted price of the entering fills, as quoted. */
  readonly entryPrice: Scalars['Decimal']['output'];
  /** Volume-weighted price of the closing fills, as quoted; null while it was open. */
  readonly exitPrice?: Maybe<Scalars['Decimal']['output']>;
  /** The last price of the day, as quoted; null where none was seen. */
  readonly lastPrice?: Maybe<Scalars['Decimal']['output']>;
  /** When it was opened. */
  readonly openedAt: Scalars['DateTime']['output'];
  /** When it was closed; null where it was open at the end of the day. */
  readonly closedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The exchange's time zone, IANA name. */
  readonly timeZone: Scalars['String']['output'];
  /** The end of the day: what is told here happened before. */
  readonly knownUntil: Scalars['DateTime']['output'];
  /** Result before commission, in the instrument's currency; null where it cannot be told. */
  readonly gross?: Maybe<Scalars['Decimal']['output']>;
  /** Result after commission, in the instrument's currency; null while a commission is unknown. */
  readonly net?: Maybe<Scalars['Decimal']['output']>;
  /** Commission, in the instrument's currency: positive a cost; null while one is unknown. */
  readonly commission?: Maybe<Scalars['Decimal']['output']>;
  /** Result before commission in percent of what was entered; null where it cannot be told. */
  readonly pct?: Maybe<Scalars['Decimal']['output']>;
  /** The result in multiples of the risk taken; null where that is unknown. */
  readonly r?: Maybe<Scalars['Decimal']['output']>;
  /** Maximum favourable excursion, as the day knew it. */
  readonly mfe: Reached;
  /** Maximum adverse excursion, as the day knew it. */
  readonly mae: Reached;
  /** Of a closed trade that was in profit: its best result less the final one, in the instrument's currency; null for others. */
  readonly gaveBack?: Maybe<Scalars['Decimal']['output']>;
  /** The same in percent of the best result: above 100 it ended as a loser. */
  readonly gaveBackPct?: Maybe<Scalars['Decimal']['output']>;
  /** Of a closed trade: its result in percent of the best one, below 0 for losers; null where that was never above 0. */
  readonly capture?: Maybe<Scalars['Decimal']['output']>;
  /** How well a closed trade used its range; null for others, and where it had none. */
  readonly efficiency?: Maybe<Efficiency>;
  /** How long it stood at or above the highest round level it reached; null where it reached none or its path is not known. */
  readonly dwell?: Maybe<Dwell>;
  /** The largest fall from the best price while open, percent of the entry of that moment; null where it was open at the end of the day. */
  readonly drawdownPct?: Maybe<Scalars['Decimal']['output']>;
  /** The strategy it belongs to, as annotated. */
  readonly strategy?: Maybe<Scalars['String']['output']>;
  /** Words it was tagged with. */
  readonly tags: ReadonlyArray<Scalars['String']['output']>;
  /** What was written down about it. */
  readonly note?: Maybe<Scalars['String']['output']>;
  /** The first stop the day knew of, as quoted; null where there is none. */
  readonly initialStop?: Maybe<Scalars['Decimal']['output']>;
  /** 1 R, in the instrument's currency; null where it is unknown. */
  readonly risk?: Maybe<Scalars['Decimal']['output']>;
  /** How its stop was moved by the end of the day, in order of time. */
  readonly stopMoves: ReadonlyArray<StopMove>;
  /** Its alerts of the day, in order of time. */
  readonly alerts: ReadonlyArray<ReviewedAlert>;
  /** What its excursions were measured from. */
  readonly source: ProvenanceSource;
  /** How much of its life was seen, percent; null for a trade without any life yet. */
  readonly coverage?: Maybe<Scalars['Decimal']['output']>;
  /** Times of the day in which nothing is known of the price. */
  readonly gaps: ReadonlyArray<ProvenanceGap>;
};

/** How far a trade went one way by the end of the day; null where that was reached later, or nothing is known. */
export type Reached = {
  /** The best (for mae: the worst) price level, as quoted. */
  readonly price?: Maybe<Scalars['Decimal']['output']>;
  /** When that price was first reached. */
  readonly at?: Maybe<Scalars['DateTime']['output']>;
  /** Percent of the volume-weighted entry of that moment. */
  readonly pct?: Maybe<Scalars['Decimal']['output']>;
  /** When that percentage was first reached. */
  readonly pctAt?: Maybe<Scalars['DateTime']['output']>;
  /** Extreme of the running result before commission, in the instrument's currency. */
  readonly pnl?: Maybe<Scalars['Decimal']['output']>;
  /** When that result was first reached. */
  readonly pnlAt?: Maybe<Scalars['DateTime']['output']>;
};

/** How well a trade used its range, from its worst to its best result, in percent of it. */
export type Efficiency = {
  /** How much of the range lay ahead of the entry, percent. */
  readonly entry: Scalars['Decimal']['output'];
  /** How much of the range lay behind the exit, percent. */
  readonly exit: Scalars['Decimal']['output'];
  /** How much of the range was kept as result, percent; below 0 for losers. */
  readonly total: Scalars['Decimal']['output'];
};

/** How long a trade stood at or above a round level of profit: 'it was at 8 % or better for four minutes'. */
export type Dwell = {
  /** The highest whole percent of entry it reached, or half a percent. */
  readonly pct: Scalars['Decimal']['output'];
  /** The time at or above it with prices seen. */
  readonly duration: Scalars['Duration']['output'];
};

/** An alert as the review tells of it. Money is in the instrument's currency. */
export type ReviewedAlert = {
  /** The rule that raised it. */
  readonly ruleId: Scalars['ID']['output'];
  /** Which of the rule's tiers, from 0. */
  readonly tier: Scalars['Int']['output'];
  /** The trade it is about. */
  readonly tradeId: Scalars['ID']['output'];
  /** The symbol, such as IBM. */
  readonly symbol: Scalars['String']['output'];
  /** The instant, in market time. */
  readonly at: Scalars['DateTime']['output'];
  /** The price of that moment, as quoted. */
  readonly price: Scalars['Decimal']['output'];
  /** The percent of entry that raised it; null where it was raised by something else. */
  readonly pct?: Maybe<Scalars['Decimal']['output']>;
  /** How much it matters. */
  readonly severity: Severity;
  /** What became of it. */
  readonly state: AlertState;
  /** What was told. */
  readonly message: Scalars['String']['output'];
  /** What the price did afterwards. */
  readonly verdict: Verdict;
  /** Running result before commission when it was raised, in the instrument's currency; null where it cannot be told. */
  readonly resultThen?: Maybe<Scalars['Decimal']['output']>;
  /** Result before commission at the end of the trade or of the day, in the instrument's currency; null where it cannot be told. */
  readonly resultEnd?: Maybe<Scalars['Decimal']['output']>;
  /** How much better the end was, in the instrument's currency: below 0 it was worse. Null where one of the two cannot be told. */
  readonly difference?: Maybe<Scalars['Decimal']['output']>;
  /** No fill reduced the trade within ten minutes; null while those have not passed. */
  readonly ignored?: Maybe<Scalars['Boolean']['output']>;
};

/** What a rule was worth on the trades of the day. */
export type RuleReview = {
  /** The rule. */
  readonly ruleId: Scalars['ID']['output'];
  /** How often it was raised; missed ones left out. */
  readonly fired: Scalars['Int']['output'];
  /** How many of these were what. */
  readonly verdicts: VerdictCounts;
  /** Right ones in percent of the right and the wrong ones; null where none is settled either way. */
  readonly hitRate?: Maybe<Scalars['Decimal']['output']>;
  /** How often it should have been raised and was not in time to be told. */
  readonly missed: Scalars['Int']['output'];
  /** How often it was raised late. */
  readonly late: Scalars['Int']['output'];
  /** How often it was raised and nothing was done within ten minutes. */
  readonly ignored: Scalars['Int']['output'];
};

/** How many alerts were judged how. */
export type VerdictCounts = {
  /** Those that were right: TRUE_POSITIVE. */
  readonly truePositive: Scalars['Int']['output'];
  /** Those that were wrong: FALSE_POSITIVE. */
  readonly falsePositive: Scalars['Int']['output'];
  /** Those after which neither came: NEUTRAL. */
  readonly neutral: Scalars['Int']['output'];
  /** Those of which nobody saw what came first: AMBIGUOUS. */
  readonly ambiguous: Scalars['Int']['output'];
  /** Those after which prices were not kept long enough: CENSORED. */
  readonly censored: Scalars['Int']['output'];
  /** Those that are not over yet: PENDING. */
  readonly pending: Scalars['Int']['output'];
};

/** What the rules left out, said late, or said in vain; each list in order of time. */
export type Lapses = {
  /** Alerts found afterwards, when nobody could be told any more, and those no rule raised though it should have. */
  readonly missed: ReadonlyArray<Lapse>;
  /** Alerts raised later than the price gave reason to. */
  readonly late: ReadonlyArray<Lapse>;
  /** Alerts after which no fill reduced the trade within ten minutes. */
  readonly ignored: ReadonlyArray<Lapse>;
};

/** An alert that was missed, late or ignored: what the trade was worth then and at the end. */
export type Lapse = {
  /** The rule. */
  readonly ruleId: Scalars['ID']['output'];
  /** Which of the rule's tiers, from 0. */
  readonly tier: Scalars['Int']['output'];
  /** The trade it is about. */
  readonly tradeId: Scalars['ID']['output'];
  /** What the exchange calls the contract where that says more than the symbol. */
  readonly label: Scalars['String']['output'];
  /** The currency of the amounts here, ISO 4217. */
  readonly currency: Scalars['String']['output'];
  /** The instant, in market time. */
  readonly at: Scalars['DateTime']['output'];
  /** Running result before commission at that instant, in that currency; null where it cannot be told. */
  readonly resultThen?: Maybe<Scalars['Decimal']['output']>;
  /** Result before commission at the end of the trade or of the day, in that currency; null where it cannot be told. */
  readonly resultEnd?: Maybe<Scalars['Decimal']['output']>;
  /** How much better the end was, in that currency: below 0 it was worse. Null where one of the two cannot be told. */
  readonly difference?: Maybe<Scalars['Decimal']['output']>;
};

/** What the closed trades of a strategy made, in one currency. */
export type StrategyResult = {
  /** The strategy; null: trades without one. */
  readonly strategy?: Maybe<Scalars['String']['output']>;
  /** The currency of every amount here, ISO 4217. */
  readonly currency: Scalars['String']['output'];
  /** How many trades were closed. */
  readonly closed: Scalars['Int']['output'];
  /** How many of them gained: after commission where every one is known, else before. */
  readonly wins: Scalars['Int']['output'];
  /** Result before commission, in that currency. */
  readonly gross: Scalars['Decimal']['output'];
  /** Result after commission, in that currency; null while a commission is unknown. */
  readonly net?: Maybe<Scalars['Decimal']['output']>;
  /** Mean maximum favourable excursion, percent of entry; null where none is known. */
  readonly meanMfePct?: Maybe<Scalars['Decimal']['output']>;
  /** Mean maximum adverse excursion, percent of entry (signed); null where none is known. */
  readonly meanMaePct?: Maybe<Scalars['Decimal']['output']>;
  /** Mean result in multiples of the risk taken, of the trades that had a stop; null where none had. */
  readonly meanR?: Maybe<Scalars['Decimal']['output']>;
};

/** The last twenty days before this one on which trades were closed, in one currency. */
export type TrailingDays = {
  /** The currency of every amount here, ISO 4217. */
  readonly currency: Scalars['String']['output'];
  /** How many days there were, at most 20. */
  readonly days: Scalars['Int']['output'];
  /** How many trades were closed on them. */
  readonly closed: Scalars['Int']['output'];
  /** Mean result of a day before commission, in that currency. */
  readonly grossADay: Scalars['Decimal']['output'];
  /** Mean result of a trade before commission, in that currency. */
  readonly expectancy?: Maybe<Scalars['Decimal']['output']>;
  /** Winners in percent of the trades. */
  readonly winRate?: Maybe<Scalars['Decimal']['output']>;
  /** Sum of the results in percent of the sum of the best results; null where those are not above 0. */
  readonly capture?: Maybe<Scalars['Decimal']['output']>;
  /** Mean maximum favourable excursion, percent of entry; null where none is known. */
  readonly meanMfePct?: Maybe<Scalars['Decimal']['output']>;
  /** Mean maximum adverse excursion, percent of entry (signed); null where none is known. */
  readonly meanMaePct?: Maybe<Scalars['Decimal']['output']>;
};

/** How much of the day was seen, and what of it is doubtful. */
export type ReviewQuality = {
  /** How many trades the day had. */
  readonly trades: Scalars['Int']['output'];
  /** How many of them were seen all their life. */
  readonly fullyCovered: Scalars['Int']['output'];
  /** Of how many that is not known. */
  readonly coverageUnknown: Scalars['Int']['output'];
  /** The one that was seen least; null where all were seen whole. */
  readonly lowestCoverage?: Maybe<LowestCoverage>;
  /** Times in which nothing is known of a price, in order. */
  readonly gaps: ReadonlyArray<QualityGap>;
  /** Of how many trades the commission is unknown. */
  readonly commissionsUnknown: Scalars['Int']['output'];
  /** Labels of trades of which only fills were seen, never a price. */
  readonly unmarked: ReadonlyArray<Scalars['String']['output']>;
  /** How many were measured from something coarser than every tick. */
  readonly sampled: Scalars['Int']['output'];
  /** Where the broker's figures were not ours that day and something had to be mended. */
  readonly differences: ReadonlyArray<Difference>;
  /** How many of the broker's figures were the same fills reckoned another way. */
  readonly reckonedOtherwise: Scalars['Int']['output'];
};

/** The trade that was seen least. */
export type LowestCoverage = {
  /** Its label. */
  readonly symbol: Scalars['String']['output'];
  /** How much of its life was seen, percent. */
  readonly coverage: Scalars['Decimal']['output'];
};

/** A time in which nothing is known of a contract's price. */
export type QualityGap = {
  /** The contract's label. */
  readonly symbol: Scalars['String']['output'];
  /** Its start. */
  readonly from: Scalars['DateTime']['output'];
  /** Its end. */
  readonly to: Scalars['DateTime']['output'];
  /** The exchange's time zone, IANA name. */
  readonly timeZone: Scalars['String']['output'];
};

/** A loser whose stop was noise: after the exit its contract went as far the other way as was at stake. */
export type NoiseStop = {
  /** The trade. */
  readonly trade: ReviewedTrade;
  /** The price that was reached, as quoted. */
  readonly price: Scalars['Decimal']['output'];
  /** When it was reached. */
  readonly at: Scalars['DateTime']['output'];
};

/** What a broker session is doing. */
export type BrokerState =
  /** Looking for a gateway at its address. */
  | 'CONNECTING'
  /** The gateway answers; the session is being agreed. */
  | 'HANDSHAKING'
  /** Executions and positions of the day are being read. */
  | 'CATCHING_UP'
  /** Prices and executions come in as they happen; the prices that were missed are being fetched. */
  | 'BACKFILLING'
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
  /** Threshold, percent of entry (TRAILING_STOP: of the best price). */
  readonly pct?: InputMaybe<Scalars['Decimal']['input']>;
  /** Instead of pct: threshold on the gross running result, in the instrument's currency. */
  readonly amount?: InputMaybe<Scalars['Decimal']['input']>;
  /** Instead of pct: threshold on the gross running result, in multiples of the trade's 1 R. Without a stop it never fires. */
  readonly r?: InputMaybe<Scalars['Decimal']['input']>;
  /** The maximum favourable excursion that arms it, percent of entry. */
  readonly armPct?: InputMaybe<Scalars['Decimal']['input']>;
  /** Instead of armPct: the best gross running result that arms it, in the instrument's currency. GIVEBACK measures what was given back as it is armed. */
  readonly armAmount?: InputMaybe<Scalars['Decimal']['input']>;
  /** Instead of armPct: the best gross running result that arms it, in multiples of 1 R. */
  readonly armR?: InputMaybe<Scalars['Decimal']['input']>;
  /** The share of the maximum favourable excursion that may be given back, 0 to 1. */
  readonly fraction?: InputMaybe<Scalars['Decimal']['input']>;
  /** How long after the opening it looks. */
  readonly after?: InputMaybe<Scalars['Duration']['input']>;
  /** It speaks where the maximum favourable excursion is below this, percent of entry. */
  readonly mfeBelowPct?: InputMaybe<Scalars['Decimal']['input']>;
  /** Instead of mfeBelowPct: the best gross running result, in the instrument's currency. */
  readonly mfeBelowAmount?: InputMaybe<Scalars['Decimal']['input']>;
  /** Instead of mfeBelowPct: the best gross running result, in multiples of 1 R. */
  readonly mfeBelowR?: InputMaybe<Scalars['Decimal']['input']>;
  /** It speaks where the result is below this, percent of entry. */
  readonly resultBelowPct?: InputMaybe<Scalars['Decimal']['input']>;
  /** Instead of resultBelowPct: the gross running result, in the instrument's currency. */
  readonly resultBelowAmount?: InputMaybe<Scalars['Decimal']['input']>;
  /** Instead of resultBelowPct: the gross running result, in multiples of 1 R. */
  readonly resultBelowR?: InputMaybe<Scalars['Decimal']['input']>;
  /** Which clock its time runs on; absent: wall. */
  readonly clock?: InputMaybe<RuleClock>;
  /** How many marks in a row must agree; absent: 1. */
  readonly confirm?: InputMaybe<Scalars['Int']['input']>;
  /** How often it may fire per trade and tier, 0: without limit; absent: once. Again only where its condition had ceased to hold at a mark in between. */
  readonly repeat?: InputMaybe<Scalars['Int']['input']>;
  /** The market time that must pass before it may fire again; absent: none. */
  readonly cooldown?: InputMaybe<Scalars['Duration']['input']>;
  /** The channels that are told, such as slack, sms or webhook; absent: every one. */
  readonly channels?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Its tiers, the nearest first. */
  readonly tiers?: InputMaybe<ReadonlyArray<RuleTierInput>>;
  /** Which trades it looks at; absent: all that are not held for the long term. */
  readonly scope?: InputMaybe<RuleScopeInput>;
};

/** One of several targets of a rule. */
export type RuleTierInput = {
  /** The maximum favourable excursion that fires it, percent of entry. One of pct, amount and r is to be said. */
  readonly pct?: InputMaybe<Scalars['Decimal']['input']>;
  /** The best gross running result that fires it, in the instrument's currency. */
  readonly amount?: InputMaybe<Scalars['Decimal']['input']>;
  /** The best gross running result that fires it, in multiples of the trade's 1 R. */
  readonly r?: InputMaybe<Scalars['Decimal']['input']>;
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
  /** Only in these sessions: outside them it neither fires nor arms. Where the contract's hours are not known it never looks. */
  readonly sessions?: InputMaybe<ReadonlyArray<MarketSession>>;
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

/** Which rule to take away. */
export type DeleteRuleInput = {
  /** The rule's id. */
  readonly id: Scalars['ID']['input'];
};

/** What became of taking a rule away. */
export type DeleteRulePayload = {
  /** The id of the rule that is gone; null where nothing was done. */
  readonly id?: Maybe<Scalars['ID']['output']>;
  /** What to mend; empty where it is gone. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Which rule to try out, on which trade. */
export type TestRuleInput = {
  /** The rule's id; a rule that is switched off may be tried, too. */
  readonly id: Scalars['ID']['input'];
  /** The trade's id. */
  readonly tradeId: Scalars['ID']['input'];
  /** Which of the rule's tiers, from 0; absent: the first. */
  readonly tier?: InputMaybe<Scalars['Int']['input']>;
  /** Send it through the rule's channels, marked as a test; absent: no. */
  readonly send?: InputMaybe<Scalars['Boolean']['input']>;
};

/** What a rule would say of a trade. */
export type TestRulePayload = {
  /** What it would say; null where it could not be tried. */
  readonly rehearsal?: Maybe<RuleRehearsal>;
  /** What to mend; empty where it was tried. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** A rule tried out on a trade. */
export type RuleRehearsal = {
  /** Whether the rule looks at this trade at all: its scope, its kind of trade. */
  readonly concerns: Scalars['Boolean']['output'];
  /** The message's first line, as every channel shows it. */
  readonly title: Scalars['String']['output'];
  /** The rest of the message. */
  readonly lines: ReadonlyArray<Scalars['String']['output']>;
  /** The channels that are told when it speaks. */
  readonly channels: ReadonlyArray<Scalars['String']['output']>;
  /** What became of the test on each channel; empty where nothing was sent. */
  readonly sent: ReadonlyArray<TestSent>;
};

/** What became of a test message. */
export type TestSent = {
  /** The channel. */
  readonly channel: Scalars['String']['output'];
  /** Its receiver has accepted it. */
  readonly accepted: Scalars['Boolean']['output'];
  /** What came back, in words; never an address or a secret. */
  readonly said: Scalars['String']['output'];
};

/** What somebody said about an alert. */
export type AlertComment = {
  /** When, by the host's clock. */
  readonly at: Scalars['DateTime']['output'];
  /** The words. */
  readonly text: Scalars['String']['output'];
};

/** Which alert was seen. */
export type AcknowledgeAlertInput = {
  /** The alert's id. */
  readonly alertId: Scalars['ID']['input'];
};

/** What became of an acknowledgement. */
export type AcknowledgeAlertPayload = {
  /** The alert as it is now; null where nothing was written. */
  readonly alert?: Maybe<Alert>;
  /** What to mend; empty where it was written. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** What to say about which alert. */
export type CommentAlertInput = {
  /** The alert's id. */
  readonly alertId: Scalars['ID']['input'];
  /** The words, at most 2000 characters. */
  readonly text: Scalars['String']['input'];
};

/** What became of a comment. */
export type CommentAlertPayload = {
  /** The alert as it is now; null where nothing was written. */
  readonly alert?: Maybe<Alert>;
  /** What to mend; empty where it was written. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Which trade to leave alone, and until when. */
export type SnoozeTradeInput = {
  /** The trade's id; or leave it out and name one of its alerts. */
  readonly tradeId?: InputMaybe<Scalars['ID']['input']>;
  /** One of its alerts, where the trade's id is not given. */
  readonly alertId?: InputMaybe<Scalars['ID']['input']>;
  /** Until when, by the host's clock, at most a year ahead; null: no longer. */
  readonly until?: InputMaybe<Scalars['DateTime']['input']>;
};

/** What became of a snooze. */
export type SnoozeTradePayload = {
  /** The trade as it is now; null where nothing was written. */
  readonly trade?: Maybe<Trade>;
  /** What to mend; empty where it was written. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** What became of a delivery. */
export type DeliveryState =
  /** It is to be sent, or sent again, at dueAt or later. */
  | 'WAITING'
  /** It is being sent. */
  | 'SENDING'
  /** Its receiver has accepted it. */
  | 'SENT'
  /** A message sent a moment before had told it. */
  | 'SHARED'
  /** Given up; sendAgain tries once more. */
  | 'DEAD';

/** What kind of trouble a delivery met. */
export type DeliveryFailure =
  /** It did not arrive; it may the next time. */
  | 'retry'
  /** It will never arrive this way: the receiver refuses it. */
  | 'permanent'
  /** Nobody knows whether it arrived. */
  | 'ambiguous';

/** Which deliveries. Every condition given must hold; a list means any of its values, an empty one matches nothing. */
export type DeliveryFilter = {
  /** Only in these states. */
  readonly states?: InputMaybe<ReadonlyArray<DeliveryState>>;
  /** Only through these channels, such as slack. */
  readonly channels?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Only of these alerts. */
  readonly alertIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
};

/** A page of deliveries. */
export type DeliveryConnection = {
  /** The deliveries of this page with their cursors, in order. */
  readonly edges: ReadonlyArray<DeliveryEdge>;
  /** The deliveries of this page, for those who need no cursors. */
  readonly nodes: ReadonlyArray<Delivery>;
  /** Where the page lies in the list. */
  readonly pageInfo: PageInfo;
};

/** A delivery in a page. */
export type DeliveryEdge = {
  /** Where this delivery stands in the list: opaque, to be handed back as after. */
  readonly cursor: Scalars['String']['output'];
  /** The delivery. */
  readonly node: Delivery;
};

/** One alert, or one turn of a system alert, on its way through one channel. */
export type Delivery = {
  /** Its number. */
  readonly id: Scalars['ID']['output'];
  /** The channel, such as slack, sms or webhook. */
  readonly channel: Scalars['String']['output'];
  /** What became of it. */
  readonly state: DeliveryState;
  /** What is told; null where it is the recorder's own trouble. */
  readonly alert?: Maybe<Alert>;
  /** What is told; null where it is an alert of a trade. */
  readonly systemAlert?: Maybe<SystemAlert>;
  /** The message it went out in, constant over all attempts; those with the same one went out together. Null before the first attempt. */
  readonly messageId?: Maybe<Scalars['ID']['output']>;
  /** How often it was tried since it was last asked for. */
  readonly attempts: Scalars['Int']['output'];
  /** Attempts repeated without knowing whether the one before had arrived, at receivers that cannot tell. */
  readonly possibleDuplicates: Scalars['Int']['output'];
  /** When it was asked for, by the host's clock. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Not sent before this, by the host's clock. */
  readonly dueAt: Scalars['DateTime']['output'];
  /** When it was last tried; null: never. */
  readonly attemptedAt?: Maybe<Scalars['DateTime']['output']>;
  /** When its receiver accepted it; null: not yet. */
  readonly sentAt?: Maybe<Scalars['DateTime']['output']>;
  /** What kind of trouble the last attempt met; null: none. */
  readonly failure?: Maybe<DeliveryFailure>;
  /** What the last attempt met, in words; never an address or a secret. Null: nothing. */
  readonly trouble?: Maybe<Scalars['String']['output']>;
};

/** What can be wrong with the recorder itself. */
export type SystemAlertKind =
  /** Trades are open and no price comes. */
  | 'BLIND'
  /** The broker lets nobody in. */
  | 'LOGIN_NEEDED'
  /** The broker's positions are not ours. */
  | 'BROKER_DISAGREES'
  /** Messages of a channel do not arrive. */
  | 'DELIVERY_FAILING';

/** A page of system alerts. */
export type SystemAlertConnection = {
  /** The system alerts of this page with their cursors, in order. */
  readonly edges: ReadonlyArray<SystemAlertEdge>;
  /** The system alerts of this page, for those who need no cursors. */
  readonly nodes: ReadonlyArray<SystemAlert>;
  /** Where the page lies in the list. */
  readonly pageInfo: PageInfo;
};

/** A system alert in a page. */
export type SystemAlertEdge = {
  /** Where this system alert stands in the list: opaque, to be handed back as after. */
  readonly cursor: Scalars['String']['output'];
  /** The system alert. */
  readonly node: SystemAlert;
};

/** Trouble of the recorder itself: told once when it began, and once when it was over. */
export type SystemAlert = {
  /** Its number. */
  readonly id: Scalars['ID']['output'];
  /** What was wrong. */
  readonly kind: SystemAlertKind;
  /** How much it matters. */
  readonly severity: Severity;
  /** Which broker or channel; empty where there is only one. */
  readonly subject: Scalars['String']['output'];
  /** When it began, by the host's clock. */
  readonly since: Scalars['DateTime']['output'];
  /** When it was over; null: it still holds. */
  readonly until?: Maybe<Scalars['DateTime']['output']>;
  /** Symbols, positions, the broker's words; empty for a token that is bound to accounts, since they may speak of others. */
  readonly details: ReadonlyArray<Scalars['String']['output']>;
};

/** Which delivery to send again. */
export type SendAgainInput = {
  /** The delivery's id. */
  readonly id: Scalars['ID']['input'];
};

/** What became of sending again. */
export type SendAgainPayload = {
  /** The delivery as it is now; null where nothing was done. */
  readonly delivery?: Maybe<Delivery>;
  /** What to mend; empty where it waits again. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Which differences. Every condition given must hold. */
export type DifferenceFilter = {
  /** Of these accounts; an empty list matches nothing. */
  readonly accounts?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** true: only those that still hold; false: only those that are over. */
  readonly open?: InputMaybe<Scalars['Boolean']['input']>;
};

/** What is compared. */
export type DifferenceMeasure =
  /** Units held, signed. */
  | 'QUANTITY'
  /** What a held unit cost, in points of price. Within 0.01 % it agrees. */
  | 'AVERAGE_PRICE'
  /** Position × price, in money. */
  | 'VALUE'
  /** The running result, in money. */
  | 'UNREALIZED'
  /** The result realised since the day began, in money. */
  | 'REALIZED'
  /** The day's result, in money. */
  | 'DAILY'
  /** Units of an order that are filled. */
  | 'FILLED'
  /** The commission of one execution, in money. */
  | 'COMMISSION';

/** Why the two differ, most likely: the fewest changes to our reckoning that make it the broker's. */
export type DifferenceCause =
  /** The broker counts commissions in. */
  | 'COMMISSION'
  /** The broker averages, we match first in first out. */
  | 'AVERAGE_COST'
  /** The broker tells it in the account's currency, at a rate of its own. */
  | 'FX'
  /** The broker had a fill that we were not told of: it is asked for, and the difference stays until it is here. */
  | 'MISSING_FILL'
  /** The broker's figure is old: by staleSeconds. */
  | 'STALE'
  /** The broker's day began at another time than the exchange's. */
  | 'RESET_SCHEDULE'
  /** The broker values at another price than the last trade we saw. */
  | 'OTHER_PRICE'
  /** Prices of the contract come in a fraction of its currency, and ours takes them for whole units: amounts of money are too large, prices, percentages and R are right. */
  | 'MINOR_UNITS'
  /** The broker has not told it yet. */
  | 'NOT_TOLD'
  /** None of these explains it. */
  | 'UNKNOWN';

/** Where the broker said it. */
export type DifferenceSource =
  /** The list of positions and its changes. */
  | 'POSITION'
  /** The account's own page, told every few minutes. */
  | 'PORTFOLIO'
  /** The result of one holding, told about once a second. */
  | 'PNL'
  /** The result of the whole account. */
  | 'RESULT'
  /** The state of an order. */
  | 'ORDER'
  /** An execution, or the commission of one. */
  | 'EXECUTION';

/** One figure on which we and the broker differ, from when until when. */
export type Difference = {
  /** The same while it lasts. */
  readonly id: Scalars['ID']['output'];
  /** The account, as the broker names it; empty where nobody knows whose it is. */
  readonly account: Scalars['String']['output'];
  /** The contract; null: it is of the whole account, or of an execution nobody knows. */
  readonly conId?: Maybe<Scalars['Int']['output']>;
  /** The contract's symbol; null where it is of the whole account. */
  readonly symbol?: Maybe<Scalars['String']['output']>;
  /** What was compared. */
  readonly measure: DifferenceMeasure;
  /** The order's permanent id or the execution's id, where the measure is of one; else empty. */
  readonly subject: Scalars['String']['output'];
  /** Where the broker said it. */
  readonly source: DifferenceSource;
  /** Ours, in units held or filled, in points of price, or in money of the currency beside it: the measure says which. null: there is none. */
  readonly ours?: Maybe<Scalars['Decimal']['output']>;
  /** The broker's, in the same unit: units held or filled, points of price, or money of the currency beside it. null: there is none. */
  readonly theirs?: Maybe<Scalars['Decimal']['output']>;
  /** Of ours, where it is money or a price; null for units, or where currencies are mixed. */
  readonly currency?: Maybe<Scalars['String']['output']>;
  /** Why, most likely; several where it takes several together. */
  readonly causes: ReadonlyArray<DifferenceCause>;
  /** How old the broker's figure is, in seconds; null where it is not stale. */
  readonly staleSeconds?: Maybe<Scalars['Int']['output']>;
  /** info: the same fills, reckoned another way; warn: something has to be mended. */
  readonly severity: Severity;
  /** What differs and why, in one line of English. */
  readonly message: Scalars['String']['output'];
  /** What can be done, in English. */
  readonly remedy: Scalars['String']['output'];
  /** When it was first seen, by the market's clock. */
  readonly since: Scalars['DateTime']['output'];
  /** When it was last seen, by the market's clock. */
  readonly seenAt: Scalars['DateTime']['output'];
  /** When both sides were found to agree, by the market's clock; null: it still holds. */
  readonly until?: Maybe<Scalars['DateTime']['output']>;
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
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Node: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Node']>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
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
  MarketSession: MarketSession;
  StopWay: StopWay;
  StopMove: ResolverTypeWrapper<StopMove>;
  ProvenanceSource: ProvenanceSource;
  Provenance: ResolverTypeWrapper<ProvenanceParent>;
  ProvenanceGap: ResolverTypeWrapper<ProvenanceGap>;
  Trajectory: ResolverTypeWrapper<TrajectoryParent>;
  TrajectoryPoint: ResolverTypeWrapper<TrajectoryPointParent>;
  AlertMark: ResolverTypeWrapper<AlertMark>;
  Fill: ResolverTypeWrapper<Fill>;
  TradeEvent: ResolverTypeWrapper<Omit<TradeEvent, 'trade'> & { trade?: Maybe<ResolversTypes['Trade']> }>;
  TrajectoryEvent: ResolverTypeWrapper<Omit<TrajectoryEvent, 'point'> & { point?: Maybe<ResolversTypes['TrajectoryPoint']> }>;
  RuleDistance: ResolverTypeWrapper<RuleDistanceParent>;
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
  RuleTarget: ResolverTypeWrapper<RuleTarget>;
  ReviewConnection: ResolverTypeWrapper<ReviewConnectionParent>;
  ReviewEdge: ResolverTypeWrapper<Omit<ReviewEdge, 'node'> & { node: ResolversTypes['Review'] }>;
  Review: ResolverTypeWrapper<ReviewParent>;
  Picture: ResolverTypeWrapper<Picture>;
  MakeReviewInput: MakeReviewInput;
  MakeReviewPayload: ResolverTypeWrapper<MakeReviewPayload>;
  DayTotal: ResolverTypeWrapper<DayTotalParent>;
  Verdict: Verdict;
  ReviewSection: ReviewSection;
  ResultBasis: ResultBasis;
  AccountReview: ResolverTypeWrapper<AccountReviewParent>;
  CurrencyResult: ResolverTypeWrapper<CurrencyResult>;
  ReviewedTrade: ResolverTypeWrapper<ReviewedTradeParent>;
  Reached: ResolverTypeWrapper<Reached>;
  Efficiency: ResolverTypeWrapper<Efficiency>;
  Dwell: ResolverTypeWrapper<DwellParent>;
  ReviewedAlert: ResolverTypeWrapper<ReviewedAlert>;
  RuleReview: ResolverTypeWrapper<RuleReviewParent>;
  VerdictCounts: ResolverTypeWrapper<VerdictCountsParent>;
  Lapses: ResolverTypeWrapper<Lapses>;
  Lapse: ResolverTypeWrapper<Lapse>;
  StrategyResult: ResolverTypeWrapper<StrategyResult>;
  TrailingDays: ResolverTypeWrapper<TrailingDays>;
  ReviewQuality: ResolverTypeWrapper<Omit<ReviewQuality, 'differences'> & { differences: ReadonlyArray<ResolversTypes['Difference']> }>;
  LowestCoverage: ResolverTypeWrapper<LowestCoverage>;
  QualityGap: ResolverTypeWrapper<QualityGap>;
  NoiseStop: ResolverTypeWrapper<Omit<NoiseStop, 'trade'> & { trade: ResolversTypes['ReviewedTrade'] }>;
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
  DeleteRuleInput: DeleteRuleInput;
  DeleteRulePayload: ResolverTypeWrapper<DeleteRulePayload>;
  TestRuleInput: TestRuleInput;
  TestRulePayload: ResolverTypeWrapper<TestRulePayload>;
  RuleRehearsal: ResolverTypeWrapper<RuleRehearsal>;
  TestSent: ResolverTypeWrapper<TestSent>;
  AlertComment: ResolverTypeWrapper<AlertComment>;
  AcknowledgeAlertInput: AcknowledgeAlertInput;
  AcknowledgeAlertPayload: ResolverTypeWrapper<Omit<AcknowledgeAlertPayload, 'alert'> & { alert?: Maybe<ResolversTypes['Alert']> }>;
  CommentAlertInput: CommentAlertInput;
  CommentAlertPayload: ResolverTypeWrapper<Omit<CommentAlertPayload, 'alert'> & { alert?: Maybe<ResolversTypes['Alert']> }>;
  SnoozeTradeInput: SnoozeTradeInput;
  SnoozeTradePayload: ResolverTypeWrapper<Omit<SnoozeTradePayload, 'trade'> & { trade?: Maybe<ResolversTypes['Trade']> }>;
  DeliveryState: DeliveryState;
  DeliveryFailure: DeliveryFailure;
  DeliveryFilter: DeliveryFilter;
  DeliveryConnection: ResolverTypeWrapper<DeliveryConnectionParent>;
  DeliveryEdge: ResolverTypeWrapper<Omit<DeliveryEdge, 'node'> & { node: ResolversTypes['Delivery'] }>;
  Delivery: ResolverTypeWrapper<DeliveryParent>;
  SystemAlertKind: SystemAlertKind;
  SystemAlertConnection: ResolverTypeWrapper<SystemAlertConnectionParent>;
  SystemAlertEdge: ResolverTypeWrapper<Omit<SystemAlertEdge, 'node'> & { node: ResolversTypes['SystemAlert'] }>;
  SystemAlert: ResolverTypeWrapper<SystemAlertParent>;
  SendAgainInput: SendAgainInput;
  SendAgainPayload: ResolverTypeWrapper<Omit<SendAgainPayload, 'delivery'> & { delivery?: Maybe<ResolversTypes['Delivery']> }>;
  DifferenceFilter: DifferenceFilter;
  DifferenceMeasure: DifferenceMeasure;
  DifferenceCause: DifferenceCause;
  DifferenceSource: DifferenceSource;
  Difference: ResolverTypeWrapper<DifferenceParent>;
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
  Boolean: Scalars['Boolean']['output'];
  Mutation: Record<PropertyKey, never>;
  Subscription: Record<PropertyKey, never>;
  Node: ResolversInterfaceTypes<ResolversParentTypes>['Node'];
  PageInfo: PageInfo;
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
  StopMove: StopMove;
  Provenance: ProvenanceParent;
  ProvenanceGap: ProvenanceGap;
  Trajectory: TrajectoryParent;
  TrajectoryPoint: TrajectoryPointParent;
  AlertMark: AlertMark;
  Fill: Fill;
  TradeEvent: Omit<TradeEvent, 'trade'> & { trade?: Maybe<ResolversParentTypes['Trade']> };
  TrajectoryEvent: Omit<TrajectoryEvent, 'point'> & { point?: Maybe<ResolversParentTypes['TrajectoryPoint']> };
  RuleDistance: RuleDistanceParent;
  AlertFilter: AlertFilter;
  AlertConnection: AlertConnectionParent;
  AlertEdge: Omit<AlertEdge, 'node'> & { node: ResolversParentTypes['Alert'] };
  Alert: AlertParent;
  AlertEvent: Omit<AlertEvent, 'alert'> & { alert?: Maybe<ResolversParentTypes['Alert']> };
  AlertRule: RuleParent;
  RuleTier: RuleTier;
  RuleTarget: RuleTarget;
  ReviewConnection: ReviewConnectionParent;
  ReviewEdge: Omit<ReviewEdge, 'node'> & { node: ResolversParentTypes['Review'] };
  Review: ReviewParent;
  Picture: Picture;
  MakeReviewInput: MakeReviewInput;
  MakeReviewPayload: MakeReviewPayload;
  DayTotal: DayTotalParent;
  AccountReview: AccountReviewParent;
  CurrencyResult: CurrencyResult;
  ReviewedTrade: ReviewedTradeParent;
  Reached: Reached;
  Efficiency: Efficiency;
  Dwell: DwellParent;
  ReviewedAlert: ReviewedAlert;
  RuleReview: RuleReviewParent;
  VerdictCounts: VerdictCountsParent;
  Lapses: Lapses;
  Lapse: Lapse;
  StrategyResult: StrategyResult;
  TrailingDays: TrailingDays;
  ReviewQuality: Omit<ReviewQuality, 'differences'> & { differences: ReadonlyArray<ResolversParentTypes['Difference']> };
  LowestCoverage: LowestCoverage;
  QualityGap: QualityGap;
  NoiseStop: Omit<NoiseStop, 'trade'> & { trade: ResolversParentTypes['ReviewedTrade'] };
  BrokerStatus: BrokerStatusParent;
  AnnotateTradeInput: AnnotateTradeInput;
  AnnotateTradePayload: Omit<AnnotateTradePayload, 'trade'> & { trade?: Maybe<ResolversParentTypes['Trade']> };
  SaveRuleInput: SaveRuleInput;
  RuleTierInput: RuleTierInput;
  RuleScopeInput: RuleScopeInput;
  SaveRulePayload: Omit<SaveRulePayload, 'rule'> & { rule?: Maybe<ResolversParentTypes['AlertRule']> };
  SetRuleEnabledInput: SetRuleEnabledInput;
  SetRuleEnabledPayload: Omit<SetRuleEnabledPayload, 'rule'> & { rule?: Maybe<ResolversParentTypes['AlertRule']> };
  DeleteRuleInput: DeleteRuleInput;
  DeleteRulePayload: DeleteRulePayload;
  TestRuleInput: TestRuleInput;
  TestRulePayload: TestRulePayload;
  RuleRehearsal: RuleRehearsal;
  TestSent: TestSent;
  AlertComment: AlertComment;
  AcknowledgeAlertInput: AcknowledgeAlertInput;
  AcknowledgeAlertPayload: Omit<AcknowledgeAlertPayload, 'alert'> & { alert?: Maybe<ResolversParentTypes['Alert']> };
  CommentAlertInput: CommentAlertInput;
  CommentAlertPayload: Omit<CommentAlertPayload, 'alert'> & { alert?: Maybe<ResolversParentTypes['Alert']> };
  SnoozeTradeInput: SnoozeTradeInput;
  SnoozeTradePayload: Omit<SnoozeTradePayload, 'trade'> & { trade?: Maybe<ResolversParentTypes['Trade']> };
  DeliveryFilter: DeliveryFilter;
  DeliveryConnection: DeliveryConnectionParent;
  DeliveryEdge: Omit<DeliveryEdge, 'node'> & { node: ResolversParentTypes['Delivery'] };
  Delivery: DeliveryParent;
  SystemAlertConnection: SystemAlertConnectionParent;
  SystemAlertEdge: Omit<SystemAlertEdge, 'node'> & { node: ResolversParentTypes['SystemAlert'] };
  SystemAlert: SystemAlertParent;
  SendAgainInput: SendAgainInput;
  SendAgainPayload: Omit<SendAgainPayload, 'delivery'> & { delivery?: Maybe<ResolversParentTypes['Delivery']> };
  DifferenceFilter: DifferenceFilter;
  Difference: DifferenceParent;
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
  deliveries?: Resolver<ResolversTypes['DeliveryConnection'], ParentType, ContextType, Partial<QueryDeliveriesArgs>>;
  systemAlerts?: Resolver<ResolversTypes['SystemAlertConnection'], ParentType, ContextType, Partial<QuerySystemAlertsArgs>>;
  differences?: Resolver<ReadonlyArray<ResolversTypes['Difference']>, ParentType, ContextType, Partial<QueryDifferencesArgs>>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  makeReview?: Resolver<ResolversTypes['MakeReviewPayload'], ParentType, ContextType, RequireFields<MutationMakeReviewArgs, 'input'>>;
  annotateTrade?: Resolver<ResolversTypes['AnnotateTradePayload'], ParentType, ContextType, RequireFields<MutationAnnotateTradeArgs, 'input'>>;
  saveRule?: Resolver<ResolversTypes['SaveRulePayload'], ParentType, ContextType, RequireFields<MutationSaveRuleArgs, 'input'>>;
  setRuleEnabled?: Resolver<ResolversTypes['SetRuleEnabledPayload'], ParentType, ContextType, RequireFields<MutationSetRuleEnabledArgs, 'input'>>;
  deleteRule?: Resolver<ResolversTypes['DeleteRulePayload'], ParentType, ContextType, RequireFields<MutationDeleteRuleArgs, 'input'>>;
  testRule?: Resolver<ResolversTypes['TestRulePayload'], ParentType, ContextType, RequireFields<MutationTestRuleArgs, 'input'>>;
  acknowledgeAlert?: Resolver<ResolversTypes['AcknowledgeAlertPayload'], ParentType, ContextType, RequireFields<MutationAcknowledgeAlertArgs, 'input'>>;
  commentAlert?: Resolver<ResolversTypes['CommentAlertPayload'], ParentType, ContextType, RequireFields<MutationCommentAlertArgs, 'input'>>;
  snoozeTrade?: Resolver<ResolversTypes['SnoozeTradePayload'], ParentType, ContextType, RequireFields<MutationSnoozeTradeArgs, 'input'>>;
  sendAgain?: Resolver<ResolversTypes['SendAgainPayload'], ParentType, ContextType, RequireFields<MutationSendAgainArgs, 'input'>>;
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
  risk?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  r?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  stop?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  target?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  stopMoves?: Resolver<ReadonlyArray<ResolversTypes['StopMove']>, ParentType, ContextType>;
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
  distances?: Resolver<ReadonlyArray<ResolversTypes['RuleDistance']>, ParentType, ContextType>;
  snoozedUntil?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
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
  session?: Resolver<Maybe<ResolversTypes['MarketSession']>, ParentType, ContextType>;
};

export type StopMoveResolvers<ContextType = Context, ParentType extends ResolversParentTypes['StopMove'] = ResolversParentTypes['StopMove']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  way?: Resolver<ResolversTypes['StopWay'], ParentType, ContextType>;
  from?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  to?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  r?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
};

export type ProvenanceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Provenance'] = ResolversParentTypes['Provenance']> = {
  source?: Resolver<ResolversTypes['ProvenanceSource'], ParentType, ContextType>;
  coverage?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  gaps?: Resolver<ReadonlyArray<ResolversTypes['ProvenanceGap']>, ParentType, ContextType>;
  partialSince?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  leftOut?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  thinned?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
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
  liquidation?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
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

export type RuleDistanceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RuleDistance'] = ResolversParentTypes['RuleDistance']> = {
  ruleId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  rule?: Resolver<Maybe<ResolversTypes['AlertRule']>, ParentType, ContextType>;
  tier?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  price?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  percent?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  armed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  at?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
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
  ordinal?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
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
  acknowledgedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  comments?: Resolver<ReadonlyArray<ResolversTypes['AlertComment']>, ParentType, ContextType>;
  deliveries?: Resolver<ReadonlyArray<ResolversTypes['Delivery']>, ParentType, ContextType>;
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
  amount?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  r?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  armPct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  armAmount?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  armR?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  fraction?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  after?: Resolver<Maybe<ResolversTypes['Duration']>, ParentType, ContextType>;
  mfeBelowPct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  mfeBelowAmount?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  mfeBelowR?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  resultBelowPct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  resultBelowAmount?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  resultBelowR?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  clock?: Resolver<ResolversTypes['RuleClock'], ParentType, ContextType>;
  confirm?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  repeat?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  cooldown?: Resolver<Maybe<ResolversTypes['Duration']>, ParentType, ContextType>;
  channels?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  tiers?: Resolver<ReadonlyArray<ResolversTypes['RuleTier']>, ParentType, ContextType>;
  targets?: Resolver<ReadonlyArray<ResolversTypes['RuleTarget']>, ParentType, ContextType>;
  sessions?: Resolver<Maybe<ReadonlyArray<ResolversTypes['MarketSession']>>, ParentType, ContextType>;
  definition?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type RuleTierResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RuleTier'] = ResolversParentTypes['RuleTier']> = {
  pct?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  take?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type RuleTargetResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RuleTarget'] = ResolversParentTypes['RuleTarget']> = {
  tier?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  pct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  amount?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  r?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
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
  pictures?: Resolver<ReadonlyArray<ResolversTypes['Picture']>, ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  accounts?: Resolver<ReadonlyArray<ResolversTypes['AccountReview']>, ParentType, ContextType>;
};

export type PictureResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Picture'] = ResolversParentTypes['Picture']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  svg?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MakeReviewPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MakeReviewPayload'] = ResolversParentTypes['MakeReviewPayload']> = {
  day?: Resolver<Maybe<ResolversTypes['Date']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
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

export type AccountReviewResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AccountReview'] = ResolversParentTypes['AccountReview']> = {
  account?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  mode?: Resolver<ResolversTypes['AccountMode'], ParentType, ContextType>;
  results?: Resolver<ReadonlyArray<ResolversTypes['CurrencyResult']>, ParentType, ContextType>;
  trades?: Resolver<ReadonlyArray<ResolversTypes['ReviewedTrade']>, ParentType, ContextType>;
  topMfe?: Resolver<ReadonlyArray<ResolversTypes['ReviewedTrade']>, ParentType, ContextType>;
  topMae?: Resolver<ReadonlyArray<ResolversTypes['ReviewedTrade']>, ParentType, ContextType>;
  gaveBack?: Resolver<ReadonlyArray<ResolversTypes['ReviewedTrade']>, ParentType, ContextType>;
  turned?: Resolver<ReadonlyArray<ResolversTypes['ReviewedTrade']>, ParentType, ContextType>;
  noise?: Resolver<ReadonlyArray<ResolversTypes['NoiseStop']>, ParentType, ContextType>;
  alerts?: Resolver<ReadonlyArray<ResolversTypes['ReviewedAlert']>, ParentType, ContextType>;
  rules?: Resolver<ReadonlyArray<ResolversTypes['RuleReview']>, ParentType, ContextType>;
  lapses?: Resolver<ResolversTypes['Lapses'], ParentType, ContextType>;
  strategies?: Resolver<ReadonlyArray<ResolversTypes['StrategyResult']>, ParentType, ContextType>;
  trailing?: Resolver<ReadonlyArray<ResolversTypes['TrailingDays']>, ParentType, ContextType>;
  quality?: Resolver<ResolversTypes['ReviewQuality'], ParentType, ContextType>;
};

export type CurrencyResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CurrencyResult'] = ResolversParentTypes['CurrencyResult']> = {
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  closed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  gross?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  net?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  commission?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  commissionsUnknown?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  basis?: Resolver<ResolversTypes['ResultBasis'], ParentType, ContextType>;
  wins?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  losses?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  winRate?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  expectancy?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  averageWin?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  averageLoss?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  meanR?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  withStop?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  gaveBack?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  capture?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  entryEfficiency?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  exitEfficiency?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  openGross?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  open?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ReviewedTradeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ReviewedTrade'] = ResolversParentTypes['ReviewedTrade']> = {
  tradeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  trade?: Resolver<Maybe<ResolversTypes['Trade']>, ParentType, ContextType>;
  section?: Resolver<ResolversTypes['ReviewSection'], ParentType, ContextType>;
  symbol?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  label?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  secType?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  side?: Resolver<ResolversTypes['Side'], ParentType, ContextType>;
  quantity?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  openQuantity?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  entryPrice?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  exitPrice?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  lastPrice?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  openedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  closedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  timeZone?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  knownUntil?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  gross?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  net?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  commission?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  pct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  r?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  mfe?: Resolver<ResolversTypes['Reached'], ParentType, ContextType>;
  mae?: Resolver<ResolversTypes['Reached'], ParentType, ContextType>;
  gaveBack?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  gaveBackPct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  capture?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  efficiency?: Resolver<Maybe<ResolversTypes['Efficiency']>, ParentType, ContextType>;
  dwell?: Resolver<Maybe<ResolversTypes['Dwell']>, ParentType, ContextType>;
  drawdownPct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  strategy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  note?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  initialStop?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  risk?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  stopMoves?: Resolver<ReadonlyArray<ResolversTypes['StopMove']>, ParentType, ContextType>;
  alerts?: Resolver<ReadonlyArray<ResolversTypes['ReviewedAlert']>, ParentType, ContextType>;
  source?: Resolver<ResolversTypes['ProvenanceSource'], ParentType, ContextType>;
  coverage?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  gaps?: Resolver<ReadonlyArray<ResolversTypes['ProvenanceGap']>, ParentType, ContextType>;
};

export type ReachedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Reached'] = ResolversParentTypes['Reached']> = {
  price?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  at?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  pct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  pctAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  pnl?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  pnlAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type EfficiencyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Efficiency'] = ResolversParentTypes['Efficiency']> = {
  entry?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  exit?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
};

export type DwellResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Dwell'] = ResolversParentTypes['Dwell']> = {
  pct?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  duration?: Resolver<ResolversTypes['Duration'], ParentType, ContextType>;
};

export type ReviewedAlertResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ReviewedAlert'] = ResolversParentTypes['ReviewedAlert']> = {
  ruleId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  tier?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  tradeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  symbol?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  price?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  pct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  severity?: Resolver<ResolversTypes['Severity'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['AlertState'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  verdict?: Resolver<ResolversTypes['Verdict'], ParentType, ContextType>;
  resultThen?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  resultEnd?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  difference?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  ignored?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
};

export type RuleReviewResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RuleReview'] = ResolversParentTypes['RuleReview']> = {
  ruleId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  fired?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  verdicts?: Resolver<ResolversTypes['VerdictCounts'], ParentType, ContextType>;
  hitRate?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  missed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  late?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  ignored?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type VerdictCountsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['VerdictCounts'] = ResolversParentTypes['VerdictCounts']> = {
  truePositive?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  falsePositive?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  neutral?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  ambiguous?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  censored?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  pending?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type LapsesResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Lapses'] = ResolversParentTypes['Lapses']> = {
  missed?: Resolver<ReadonlyArray<ResolversTypes['Lapse']>, ParentType, ContextType>;
  late?: Resolver<ReadonlyArray<ResolversTypes['Lapse']>, ParentType, ContextType>;
  ignored?: Resolver<ReadonlyArray<ResolversTypes['Lapse']>, ParentType, ContextType>;
};

export type LapseResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Lapse'] = ResolversParentTypes['Lapse']> = {
  ruleId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  tier?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  tradeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  label?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  resultThen?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  resultEnd?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  difference?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
};

export type StrategyResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['StrategyResult'] = ResolversParentTypes['StrategyResult']> = {
  strategy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  closed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  wins?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  gross?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  net?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  meanMfePct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  meanMaePct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  meanR?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
};

export type TrailingDaysResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrailingDays'] = ResolversParentTypes['TrailingDays']> = {
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  days?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  closed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  grossADay?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  expectancy?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  winRate?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  capture?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  meanMfePct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  meanMaePct?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
};

export type ReviewQualityResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ReviewQuality'] = ResolversParentTypes['ReviewQuality']> = {
  trades?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  fullyCovered?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  coverageUnknown?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  lowestCoverage?: Resolver<Maybe<ResolversTypes['LowestCoverage']>, ParentType, ContextType>;
  gaps?: Resolver<ReadonlyArray<ResolversTypes['QualityGap']>, ParentType, ContextType>;
  commissionsUnknown?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  unmarked?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  sampled?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  differences?: Resolver<ReadonlyArray<ResolversTypes['Difference']>, ParentType, ContextType>;
  reckonedOtherwise?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type LowestCoverageResolvers<ContextType = Context, ParentType extends ResolversParentTypes['LowestCoverage'] = ResolversParentTypes['LowestCoverage']> = {
  symbol?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  coverage?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
};

export type QualityGapResolvers<ContextType = Context, ParentType extends ResolversParentTypes['QualityGap'] = ResolversParentTypes['QualityGap']> = {
  symbol?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  from?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  to?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  timeZone?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type NoiseStopResolvers<ContextType = Context, ParentType extends ResolversParentTypes['NoiseStop'] = ResolversParentTypes['NoiseStop']> = {
  trade?: Resolver<ResolversTypes['ReviewedTrade'], ParentType, ContextType>;
  price?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
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

export type DeleteRulePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteRulePayload'] = ResolversParentTypes['DeleteRulePayload']> = {
  id?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type TestRulePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TestRulePayload'] = ResolversParentTypes['TestRulePayload']> = {
  rehearsal?: Resolver<Maybe<ResolversTypes['RuleRehearsal']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RuleRehearsalResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RuleRehearsal'] = ResolversParentTypes['RuleRehearsal']> = {
  concerns?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  lines?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  channels?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  sent?: Resolver<ReadonlyArray<ResolversTypes['TestSent']>, ParentType, ContextType>;
};

export type TestSentResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TestSent'] = ResolversParentTypes['TestSent']> = {
  channel?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  accepted?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  said?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AlertCommentResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AlertComment'] = ResolversParentTypes['AlertComment']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AcknowledgeAlertPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AcknowledgeAlertPayload'] = ResolversParentTypes['AcknowledgeAlertPayload']> = {
  alert?: Resolver<Maybe<ResolversTypes['Alert']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type CommentAlertPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CommentAlertPayload'] = ResolversParentTypes['CommentAlertPayload']> = {
  alert?: Resolver<Maybe<ResolversTypes['Alert']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type SnoozeTradePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SnoozeTradePayload'] = ResolversParentTypes['SnoozeTradePayload']> = {
  trade?: Resolver<Maybe<ResolversTypes['Trade']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type DeliveryConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeliveryConnection'] = ResolversParentTypes['DeliveryConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['DeliveryEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Delivery']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type DeliveryEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeliveryEdge'] = ResolversParentTypes['DeliveryEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Delivery'], ParentType, ContextType>;
};

export type DeliveryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Delivery'] = ResolversParentTypes['Delivery']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  channel?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['DeliveryState'], ParentType, ContextType>;
  alert?: Resolver<Maybe<ResolversTypes['Alert']>, ParentType, ContextType>;
  systemAlert?: Resolver<Maybe<ResolversTypes['SystemAlert']>, ParentType, ContextType>;
  messageId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  attempts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  possibleDuplicates?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  dueAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  attemptedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  sentAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  failure?: Resolver<Maybe<ResolversTypes['DeliveryFailure']>, ParentType, ContextType>;
  trouble?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type SystemAlertConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SystemAlertConnection'] = ResolversParentTypes['SystemAlertConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['SystemAlertEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['SystemAlert']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type SystemAlertEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SystemAlertEdge'] = ResolversParentTypes['SystemAlertEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['SystemAlert'], ParentType, ContextType>;
};

export type SystemAlertResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SystemAlert'] = ResolversParentTypes['SystemAlert']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['SystemAlertKind'], ParentType, ContextType>;
  severity?: Resolver<ResolversTypes['Severity'], ParentType, ContextType>;
  subject?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  since?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  until?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  details?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type SendAgainPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SendAgainPayload'] = ResolversParentTypes['SendAgainPayload']> = {
  delivery?: Resolver<Maybe<ResolversTypes['Delivery']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type DifferenceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Difference'] = ResolversParentTypes['Difference']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  account?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  conId?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  symbol?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  measure?: Resolver<ResolversTypes['DifferenceMeasure'], ParentType, ContextType>;
  subject?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  source?: Resolver<ResolversTypes['DifferenceSource'], ParentType, ContextType>;
  ours?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  theirs?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  currency?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  causes?: Resolver<ReadonlyArray<ResolversTypes['DifferenceCause']>, ParentType, ContextType>;
  staleSeconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  severity?: Resolver<ResolversTypes['Severity'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  remedy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  since?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  seenAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  until?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
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
  StopMove?: StopMoveResolvers<ContextType>;
  Provenance?: ProvenanceResolvers<ContextType>;
  ProvenanceGap?: ProvenanceGapResolvers<ContextType>;
  Trajectory?: TrajectoryResolvers<ContextType>;
  TrajectoryPoint?: TrajectoryPointResolvers<ContextType>;
  AlertMark?: AlertMarkResolvers<ContextType>;
  Fill?: FillResolvers<ContextType>;
  TradeEvent?: TradeEventResolvers<ContextType>;
  TrajectoryEvent?: TrajectoryEventResolvers<ContextType>;
  RuleDistance?: RuleDistanceResolvers<ContextType>;
  AlertConnection?: AlertConnectionResolvers<ContextType>;
  AlertEdge?: AlertEdgeResolvers<ContextType>;
  Alert?: AlertResolvers<ContextType>;
  AlertEvent?: AlertEventResolvers<ContextType>;
  AlertRule?: AlertRuleResolvers<ContextType>;
  RuleTier?: RuleTierResolvers<ContextType>;
  RuleTarget?: RuleTargetResolvers<ContextType>;
  ReviewConnection?: ReviewConnectionResolvers<ContextType>;
  ReviewEdge?: ReviewEdgeResolvers<ContextType>;
  Review?: ReviewResolvers<ContextType>;
  Picture?: PictureResolvers<ContextType>;
  MakeReviewPayload?: MakeReviewPayloadResolvers<ContextType>;
  DayTotal?: DayTotalResolvers<ContextType>;
  AccountReview?: AccountReviewResolvers<ContextType>;
  CurrencyResult?: CurrencyResultResolvers<ContextType>;
  ReviewedTrade?: ReviewedTradeResolvers<ContextType>;
  Reached?: ReachedResolvers<ContextType>;
  Efficiency?: EfficiencyResolvers<ContextType>;
  Dwell?: DwellResolvers<ContextType>;
  ReviewedAlert?: ReviewedAlertResolvers<ContextType>;
  RuleReview?: RuleReviewResolvers<ContextType>;
  VerdictCounts?: VerdictCountsResolvers<ContextType>;
  Lapses?: LapsesResolvers<ContextType>;
  Lapse?: LapseResolvers<ContextType>;
  StrategyResult?: StrategyResultResolvers<ContextType>;
  TrailingDays?: TrailingDaysResolvers<ContextType>;
  ReviewQuality?: ReviewQualityResolvers<ContextType>;
  LowestCoverage?: LowestCoverageResolvers<ContextType>;
  QualityGap?: QualityGapResolvers<ContextType>;
  NoiseStop?: NoiseStopResolvers<ContextType>;
  BrokerStatus?: BrokerStatusResolvers<ContextType>;
  AnnotateTradePayload?: AnnotateTradePayloadResolvers<ContextType>;
  SaveRulePayload?: SaveRulePayloadResolvers<ContextType>;
  SetRuleEnabledPayload?: SetRuleEnabledPayloadResolvers<ContextType>;
  DeleteRulePayload?: DeleteRulePayloadResolvers<ContextType>;
  TestRulePayload?: TestRulePayloadResolvers<ContextType>;
  RuleRehearsal?: RuleRehearsalResolvers<ContextType>;
  TestSent?: TestSentResolvers<ContextType>;
  AlertComment?: AlertCommentResolvers<ContextType>;
  AcknowledgeAlertPayload?: AcknowledgeAlertPayloadResolvers<ContextType>;
  CommentAlertPayload?: CommentAlertPayloadResolvers<ContextType>;
  SnoozeTradePayload?: SnoozeTradePayloadResolvers<ContextType>;
  DeliveryConnection?: DeliveryConnectionResolvers<ContextType>;
  DeliveryEdge?: DeliveryEdgeResolvers<ContextType>;
  Delivery?: DeliveryResolvers<ContextType>;
  SystemAlertConnection?: SystemAlertConnectionResolvers<ContextType>;
  SystemAlertEdge?: SystemAlertEdgeResolvers<ContextType>;
  SystemAlert?: SystemAlertResolvers<ContextType>;
  SendAgainPayload?: SendAgainPayloadResolvers<ContextType>;
  Difference?: DifferenceResolvers<ContextType>;
};

