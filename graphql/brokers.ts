// The sessions with brokers, as they are and as they change.
import type { BrokerStatus } from '#src/bus.ts'
import { statusFor } from './caller.ts'
import { follow, type Told } from './follow.ts'
import type { Resolvers } from './generated.ts'

export const brokers: Resolvers = {
  Query: { brokers: (_, __, { brokers, caller }) => brokers().map((status) => statusFor(caller, status)) },
  Subscription: {
    brokerChanged: {
      subscribe: (_, __, { bus, meter, brokers, caller }) => {
        // A status has no number of its own: they are counted as they come, the ones of the start after those heard before they were read.
        let count = 0
        const counted = (status: BrokerStatus): Told<BrokerStatus> => ({ seq: ++count, value: statusFor(caller, status) })
        return follow<BrokerStatus>({
          bus,
          meter,
          sinceSeq: 0,
          shared: false,
          hear: (event) => (event.kind === 'broker' ? counted(event.status) : null),
          keyOf: ({ name, host, port }) => `${name} ${host} ${port}`,
          stored: async (seq) => (seq === 0 ? brokers().map(counted) : []),
        })
      },
      resolve: ({ value }: Told<BrokerStatus>) => value as BrokerStatus,
    },
  },
}
