// What a variable of the environment may be: the kinds of values there are, each with the words for what is allowed. Which variables there are stands in
// config.ts, and of a channel in its own file (notify/channels). Reads nothing and decides nothing.
import { z } from 'zod'

export type Variables = Readonly<Record<string, z.ZodType>>
export type Values<V extends Variables> = z.output<z.ZodObject<V>>

/** Something that is used when its variables are set: those that must be, those that may be (`.optional()`), and settings (`.default(…)`). */
export interface Service {
  readonly kind: string
  /** What people call it. */
  readonly name: string
  readonly variables: Variables
}

export const wholeNumber = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .pipe(z.number().min(from).max(to))
    .meta({ allowed: `a whole number from ${from} to ${to}` })
export const oneOf = <const T extends readonly [string, ...string[]]>(choices: T) => z.enum(choices).meta({ allowed: choices.join(' or ') })
export const word = (allowed: string) => z.string().regex(/^\S+$/).meta({ allowed })
export const phone = z
  .string()
  .regex(/^\+[1-9]\d{5,14}$/)
  .meta({ allowed: "a telephone number like '+14155550123'" })
export const url = (...schemes: string[]) =>
  z
    .string()
    // What cannot be read as an address would be thrown later on, with all that is secret in it.
    .refine((text) => schemes.some((scheme) => text.startsWith(`${scheme}://`) && text.length > scheme.length + 3) && !/\s/.test(text) && URL.canParse(text))
    .meta({ allowed: `an address that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}` })
/** The address a service's own paths are appended to. */
export const baseUrl = url('https', 'http')
  .transform((text) => text.replace(/\/+$/, ''))
  .meta({ allowed: 'an address that starts with https:// or http://' })
export const truth = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .meta({ allowed: 'true or false' })
/** Its value is never shown. */
export const secret = <T extends z.ZodType>(schema: T): T => schema.meta({ ...schema.meta(), secret: true })

/** `allowed`: the words for what it may be. `secret`: its value is never shown. `description`: a word on what it is for. */
export function metaOf(schema: z.ZodType): Readonly<Record<string, unknown>> {
  return { ...(schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? metaOf(schema.unwrap() as z.ZodType) : {}), ...schema.meta() }
}

/** Those without which it is not used. */
export function neededOf(variables: Variables): string[] {
  return namesOf(variables, (schema) => !schema.safeParse(undefined).success)
}

/** Those by which one says that one wants it; a setting that has a value anyway says nothing. */
export function wishedOf(variables: Variables): string[] {
  return namesOf(variables, (schema) => !(schema instanceof z.ZodDefault))
}

function namesOf(variables: Variables, which: (schema: z.ZodType) => boolean): string[] {
  return Object.entries(variables).flatMap(([name, schema]) => (which(schema) ? [name] : []))
}
