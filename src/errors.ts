// The operational troubles, each a class with a stable code. A message says what was expected, what was found and what to do.
// Never thrown for the impossible (that is an assert) nor for the expected (that is a value, `{ refused }`).
// Codes are promises: listed in the README, never reused (test/tidy.test.ts compares the two lists).

/** Every code, with what it means to the person who reads it. */
export const ERROR_CODES = {
  EXC_CONFIG_INVALID: 'a variable of the environment has a value that is not allowed',
  EXC_BROKER_UNREACHABLE: 'nothing answers where the broker was expected, or it refuses the session',
  EXC_BROKER_SILENT: 'the broker is connected but did not answer a request in time',
  EXC_CLIENT_ID_IN_USE: 'another program holds the same TWS client id',
  EXC_DATABASE_UNREACHABLE: 'no PostgreSQL answers at DATABASE_URL, or it refuses us',
  EXC_DATABASE_TOO_OLD: 'the PostgreSQL at DATABASE_URL is older than 15',
  EXC_DATABASE_OUT_OF_REACH: 'the PostgreSQL that comes along cannot be started here',
  EXC_WRITER_BUSY: 'another process is the writer of this database',
  EXC_TAPE_INVALID: 'a tape, or a file of marks or rules, holds a line that cannot be read',
  EXC_USAGE: 'the command line asks for something that does not exist',
  EXC_PORT_TAKEN: 'another program listens on the port GraphQL was to be served on',
  EXC_HOST_REFUSED: 'an address other than loopback is only served with authentication',
  EXC_NOTION_REFUSED: 'Notion does not let us do what the configuration asks for',
  EXC_CHANNEL_FAILED: 'a test message did not get through its channel',
  EXC_FLEX_FAILED: 'the Flex Web Service did not deliver a statement',
  EXC_REVIEW_OUTDATED: 'a stored review was made by an earlier version and lacks what is asked for',
} as const

export type ErrorCode = keyof typeof ERROR_CODES

/** What every operational error is; the command line prints its message on one line, with the code, and exits 1. */
export class ExcursionError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
    this.name = new.target.name
  }
}

export class ConfigInvalid extends ExcursionError {
  /** One line for each variable that is wrong. */
  readonly lines: readonly string[]

  constructor(lines: readonly string[], cause?: unknown) {
    super('EXC_CONFIG_INVALID', lines.join('\n'), { cause })
    this.lines = lines
  }
}

export class BrokerUnreachable extends ExcursionError {
  /** `found` replaces 'none' where more is known: 'a socket that closes at once (is the API enabled, and this address trusted?)'. */
  constructor(address: string, cause?: unknown, found = 'none') {
    super('EXC_BROKER_UNREACHABLE', `expected a gateway at ${address}, found ${found}${because(cause)}; is it running?`, { cause })
  }
}

export class BrokerSilent extends ExcursionError {
  constructor(asked: string, waitedMs: number, cause?: unknown) {
    super('EXC_BROKER_SILENT', `expected an answer to '${asked}', found none after ${waitedMs} ms; the session is opened anew`, { cause })
  }
}

export class ClientIdInUse extends ExcursionError {
  constructor(clientId: number, address: string, cause?: unknown) {
    super(
      'EXC_CLIENT_ID_IN_USE',
      `expected client id ${clientId} to be free at ${address}, found it in use by another program; close that one or set TWS_CLIENT_ID`,
      { cause },
    )
  }
}

export class DatabaseUnreachable extends ExcursionError {
  /** `where` is an address without its password. */
  constructor(where: string, cause?: unknown) {
    super(
      'EXC_DATABASE_UNREACHABLE',
      `expected a PostgreSQL at ${where}, found none that lets us in${because(cause)}; is it running and is DATABASE_URL right?`,
      { cause },
    )
  }
}

export class DatabaseTooOld extends ExcursionError {
  constructor(where: string, version: string) {
    super(
      'EXC_DATABASE_TOO_OLD',
      `expected PostgreSQL 15 or newer at ${where}, found ${version}; upgrade it, or leave DATABASE_URL empty to use the one that comes along`,
    )
  }
}

export class DatabaseOutOfReach extends ExcursionError {
  /** `trouble` is a clause ('initdb cannot write to /srv/x'), `remedy` what to do about it. */
  constructor(trouble: string, remedy = 'set EXCURSION_HOME to a folder this user may write to, or DATABASE_URL to a PostgreSQL of your own', cause?: unknown) {
    super('EXC_DATABASE_OUT_OF_REACH', `expected to start the PostgreSQL that comes along, found ${trouble}${because(cause)}; ${remedy}`, { cause })
  }
}

export class WriterBusy extends ExcursionError {
  constructor(where: string) {
    super(
      'EXC_WRITER_BUSY',
      `expected to be the only writer of ${where}, found another process holding the lock; stop it first, or give this one its own EXCURSION_HOME`,
    )
  }
}

/** A tape that cannot be read; the message names the file and the line. */
export class TapeInvalid extends ExcursionError {
  constructor(message: string) {
    super('EXC_TAPE_INVALID', message)
  }
}

/** Wrong usage of the command line: exits 2 where every other error exits 1. */
export class UsageError extends ExcursionError {
  constructor(message: string) {
    super('EXC_USAGE', message)
  }
}

export class PortTaken extends ExcursionError {
  constructor(host: string, port: number) {
    super(
      'EXC_PORT_TAKEN',
      `expected to serve GraphQL at ${host}:${port}, found another program listening there; stop it, or set EXCURSION_PORT to another port`,
    )
  }
}

export class HostRefused extends ExcursionError {
  constructor(host: string) {
    super(
      'EXC_HOST_REFUSED',
      `expected EXCURSION_HOST to be a loopback address (127.0.0.1, ::1, localhost), found '${host}', which would let others read the account; make a token first (excursion token create --name NAME)`,
    )
  }
}

export class NotionRefused extends ExcursionError {
  constructor(message: string, cause?: unknown) {
    super('EXC_NOTION_REFUSED', message, { cause })
  }
}

/** `found` is what came back, without an address or a secret. */
export class ChannelFailed extends ExcursionError {
  constructor(kind: string, found: string, remedy: string) {
    super('EXC_CHANNEL_FAILED', `expected ${kind} to accept a message, found ${found}; ${remedy}`)
  }
}

/** `again`: trying later can help. The message names neither the token nor an address that holds it. */
export class FlexFailed extends ExcursionError {
  readonly again: boolean

  constructor(message: string, again: boolean) {
    super('EXC_FLEX_FAILED', message)
    this.again = again
  }
}

export class ReviewOutdated extends ExcursionError {
  constructor(day: string) {
    super('EXC_REVIEW_OUTDATED', `expected a review of ${day} that tells all of it, found one made by an earlier version; makeReview makes it again`)
  }
}

/** ' (connect ECONNREFUSED 127.0.0.1:4002)' for an error, nothing for nothing; the first line only. */
function because(cause: unknown): string {
  if (cause === undefined || cause === null) return ''
  const message = cause instanceof Error ? cause.message || cause.name : String(cause)
  return message === '' ? '' : ` (${message.split('\n', 1)[0]})`
}
