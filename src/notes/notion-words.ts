// The words on a page in Notion that no card has, in each language. Names of properties, keys and options are not among them: they never change.
import type { Mode } from '#core/trade.ts'

export interface NotionWords {
  /** What our block says of itself, behind the sign by which it is known. */
  readonly managed: string
  readonly modes: Readonly<Record<Exclude<Mode, 'LIVE'>, string>>
  readonly quiet: string
  readonly account: string
  readonly result: string
  readonly gross: string
  readonly commission: string
  readonly commissionsUnknown: (count: number) => string
  readonly wins: (wins: number, closed: number) => string
  readonly winRate: string
  readonly expectancy: string
  readonly meanR: string
  readonly stillOpen: (count: number) => string
  readonly trade: string
  readonly gaveBack: string
  readonly turned: string
  readonly alerts: string
  readonly time: string
  readonly rule: string
  readonly price: string
  readonly strategies: string
  readonly strategy: string
  readonly entry: string
  readonly exit: string
  readonly stop: string
  readonly opened: string
  readonly closed: string
  readonly covered: (covered: number, trades: number) => string
  readonly coverage: string
  readonly gap: string
  readonly onlyFills: string
  readonly more: (count: number) => string
  /** What the axis of a picture without prices says. */
  readonly entryIs100: string
}

export const NOTION_WORDS: Readonly<Record<'en' | 'zh', NotionWords>> = {
  en: {
    managed: 'What stands in this box is made from the record and made again when numbers change. Words of your own are left alone; best write them outside.',
    modes: { PAPER: 'PAPER: a simulated account, no real money.', DEMO: 'DEMO: a simulated market, a simulated account.' },
    quiet: 'A quiet day: no trade was opened, closed or open.',
    account: 'Account',
    result: 'result',
    gross: 'gross',
    commission: 'commission',
    commissionsUnknown: (count) => `${count} commissions not known yet`,
    wins: (wins, closed) => `${wins} of ${closed} won`,
    winRate: 'win rate',
    expectancy: 'a trade on average',
    meanR: 'mean R',
    stillOpen: (count) => `${count} still open`,
    trade: 'Trade',
    gaveBack: 'Gave back',
    turned: 'Winners that became losers',
    alerts: 'Alerts',
    time: 'Time',
    rule: 'Rule',
    price: 'Price',
    strategies: 'Strategies',
    strategy: 'Strategy',
    entry: 'Entry',
    exit: 'Exit or last',
    stop: 'Stop',
    opened: 'Opened',
    closed: 'Closed',
    covered: (covered, trades) => `${covered} of ${trades} trades were seen from end to end`,
    coverage: 'Seen',
    gap: 'not seen',
    onlyFills: 'only fills were seen, never a price',
    more: (count) => `and ${count} more`,
    entryIs100: 'entry = 100',
  },
  zh: {
    managed: '此框内容由记录自动生成，数字变化时会重写。您自己写的内容不会被改动，建议写在框外。',
    modes: { PAPER: '模拟账户（PAPER）：没有真实资金。', DEMO: '演示（DEMO）：模拟行情，模拟账户。' },
    quiet: '安静的一天：没有开仓、平仓或持仓。',
    account: '账户',
    result: '结果',
    gross: '毛',
    commission: '佣金',
    commissionsUnknown: (count) => `${count} 笔佣金未知`,
    wins: (wins, closed) => `${closed} 笔中 ${wins} 笔盈利`,
    winRate: '胜率',
    expectancy: '平均每笔',
    meanR: '平均 R',
    stillOpen: (count) => `${count} 笔仍持有`,
    trade: '交易',
    gaveBack: '回吐',
    turned: '由盈转亏',
    alerts: '提醒',
    time: '时间',
    rule: '规则',
    price: '价格',
    strategies: '策略',
    strategy: '策略',
    entry: '入场',
    exit: '出场或最新',
    stop: '止损',
    opened: '开仓',
    closed: '平仓',
    covered: (covered, trades) => `${trades} 笔交易中 ${covered} 笔全程有行情`,
    coverage: '行情覆盖',
    gap: '无行情',
    onlyFills: '只见成交，未见行情',
    more: (count) => `另有 ${count} 项`,
    entryIs100: '入场 = 100',
  },
}
