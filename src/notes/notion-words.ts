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
  readonly liquidated: string
  readonly opened: string
  readonly closed: string
  readonly covered: (covered: number, trades: number) => string
  readonly coverage: string
  readonly gap: string
  readonly least: (symbol: string, share: string) => string
  readonly coverageUnknown: (count: number) => string
  readonly sampled: (count: number) => string
  readonly daysBefore: (days: number, closed: number) => string
  readonly grossADay: string
  readonly kept: string
  readonly rules: {
    readonly title: string
    /** Rule, fired, right, wrong, unsettled, hit rate, missed, late, ignored. */
    readonly head: readonly string[]
    readonly missed: (count: number) => string
    readonly late: (count: number) => string
    readonly ignored: (count: number) => string
  }
  readonly differences: {
    readonly title: string
    /** The heads: what differs, both figures, and why and when. */
    readonly what: readonly string[]
    readonly figures: readonly string[]
    readonly why: readonly string[]
    readonly open: string
    readonly mended: string
    readonly reckonedOtherwise: (count: number) => string
  }
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
    liquidated: 'Liquidated by the broker',
    opened: 'Opened',
    closed: 'Closed',
    covered: (covered, trades) => `${covered} of ${trades} trades were seen from end to end`,
    coverage: 'Seen',
    gap: 'not seen',
    least: (symbol, share) => `least in ${symbol}: ${share} of its life`,
    coverageUnknown: (count) => `not known for ${count}`,
    sampled: (count) => `${count} measured from samples or bars: true extremes may be a little further out`,
    daysBefore: (days, closed) => `${days === 1 ? 'The day before' : `The ${days} days before`} (${closed} ${closed === 1 ? 'trade' : 'trades'})`,
    grossADay: 'gross a day',
    kept: 'kept',
    rules: {
      title: 'How the rules did',
      head: ['Rule', 'Fired', 'Right', 'Wrong', 'Unsettled', 'Hit rate', 'Missed', 'Late', 'Ignored'],
      missed: (count) => `Missed ${count} (the price fell that far and nobody spoke)`,
      late: (count) => `Late ${count} (told more than five minutes after the price)`,
      ignored: (count) => `Ignored ${count} (nothing reduced within ten minutes)`,
    },
    differences: {
      title: 'Where the broker disagrees',
      what: ['Of', 'Figure'],
      figures: ['Ours', "The broker's"],
      why: ['Likely cause', 'Since'],
      open: 'not mended',
      mended: 'mended at',
      reckonedOtherwise: (count) => `${count} of the broker's figures are the same fills reckoned another way`,
    },
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
    liquidated: '被经纪商强制平仓',
    opened: '开仓',
    closed: '平仓',
    covered: (covered, trades) => `${trades} 笔交易中 ${covered} 笔全程有行情`,
    coverage: '行情覆盖',
    gap: '无行情',
    least: (symbol, share) => `最少的是 ${symbol}：${share}`,
    coverageUnknown: (count) => `${count} 笔未知`,
    sampled: (count) => `${count} 笔由抽样或 K 线得出：真实极值可能略远`,
    daysBefore: (days, closed) => `${days === 1 ? '前一交易日' : `此前 ${days} 日`}（${closed} 笔）`,
    grossADay: '日均毛利',
    kept: '保住',
    rules: {
      title: '规则表现',
      head: ['规则', '触发', '正确', '误报', '未定', '命中率', '漏报', '迟到', '未理会'],
      missed: (count) => `漏报 ${count} 次（价格已到，却无人出声）`,
      late: (count) => `迟到 ${count} 次（晚于价格五分钟以上）`,
      ignored: (count) => `未理会 ${count} 次（十分钟内没有减仓）`,
    },
    differences: {
      title: '与经纪商不符',
      what: ['对象', '数字'],
      figures: ['我方', '对方'],
      why: ['可能原因', '自'],
      open: '尚未修复',
      mended: '修复于',
      reckonedOtherwise: (count) => `${count} 个经纪商数字与我方成交相同，只是算法不同`,
    },
    onlyFills: '只见成交，未见行情',
    more: (count) => `另有 ${count} 项`,
    entryIs100: '入场 = 100',
  },
}
