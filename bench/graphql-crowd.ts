// The clients of bench/graphql.ts, in a process of their own: they count what they are told and how late it is, and judge nothing.
import WebSocket from 'ws'

const [url = '', clients = '1', events = '1', query = ''] = process.argv.slice(2)
const wanted = Number(clients) * Number(events)
let heard = 0
let ready = 0
let measuring = false
const late: number[] = []

for (let n = 0; n < Number(clients); n++) {
  const socket = new WebSocket(url, 'graphql-transport-ws')
  socket.on('open', () => socket.send('{"type":"connection_init"}'))
  socket.on('message', (data) => {
    const text = String(data)
    if (text.includes('connection_ack')) {
      socket.send(JSON.stringify({ id: `follower-${n}`, type: 'subscribe', payload: { query } }))
      if (++ready === Number(clients)) process.send?.({ kind: 'ready' })
      return
    }
    if (!text.includes('"next"')) return
    if (measuring) late.push(performance.timeOrigin + performance.now() - Number(/"note":"([\d.]+)"/.exec(text)?.[1]))
    if (++heard === wanted) {
      measuring = true
      process.send?.({ kind: 'done' })
    }
  })
}

process.on('message', () => {
  late.sort((a, b) => a - b)
  process.send?.({ kind: 'late', p99: late[Math.floor(late.length * 0.99)] ?? Number.NaN })
})
