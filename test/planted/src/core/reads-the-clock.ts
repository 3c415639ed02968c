// Planted: Only clock.ts reads the host's clock.
// Expected: plugin x4
export const read = [Date.now(), new Date(), performance.now(), process.hrtime.bigint()]
export const given = new Date(0)
