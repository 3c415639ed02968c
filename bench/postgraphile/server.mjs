// PostGraphile 5 over the bench's own database, for bench/graphql.ts to compare with: `node server.mjs DATABASE_URL`. Its packages are large and are no part of
// the product: they live in this folder, installed by the bench when it is run.
import { createServer } from 'node:http'
import { makePgService } from 'postgraphile/adaptors/pg'
import { grafserv } from 'postgraphile/grafserv/node'
import { postgraphile } from 'postgraphile'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { pgSmartTags } from 'postgraphile/utils'

// The tables name no foreign key to their points; without one there is nothing to nest.
const TAGS = pgSmartTags([{ kind: 'class', match: 'orders_rt_ts', tags: { foreignKey: '(trade_id) references orders_rt (trade_id)' } }])

const server = createServer()
const service = postgraphile({
  extends: [PostGraphileAmberPreset],
  plugins: [TAGS],
  pgServices: [makePgService({ connectionString: process.argv[2], schemas: ['public'], poolConfig: { max: 16 } })],
  grafserv: { graphiql: false, watch: false },
  grafast: { explain: false },
}).createServ(grafserv)
await service.addTo(server)
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }))
