/**
 * The facts besides the specification that decide the last bits of a run: engine, device, threads. A checkpoint holds
 * them.
 */
import type { Session, SessionOptions } from '../../engine/runtime/session.ts'

/** Where a run was computed. */
export interface SessionRecord {
  /** The engine's name. */
  readonly engine?: string | undefined
  /** The device it ran on: never `auto`. */
  readonly device?: string | undefined
  /** Threads of an operator, if the user set them. */
  readonly threads?: number | undefined
  /** The processor's cores, which decide the default number of threads. */
  readonly cores?: number | undefined
}

/** Device and threads of a resumed run: the user's, else those that it had. */
export function continuedSession(
  recorded: SessionRecord | undefined,
  { device = recorded?.device, threads = recorded?.threads }: Pick<SessionRecord, 'device' | 'threads'>,
): Pick<SessionOptions, 'device' | 'threads'> {
  return { ...(device !== undefined && { device }), ...(threads !== undefined && { threads }) }
}

/** The record of a session for a checkpoint. */
export function recordSession(
  { engine, device }: Pick<Session, 'engine' | 'device'>,
  { threads }: Pick<SessionRecord, 'threads'>,
  machine: SessionRecord | undefined,
): SessionRecord {
  const { cores } = machine ?? {}
  return { engine, device, ...(threads !== undefined && { threads }), ...(cores !== undefined && { cores }) }
}

/** Sentences about changes: the run goes on, but perhaps not bit for bit. */
export function differences(before: SessionRecord | undefined, now: SessionRecord): readonly string[] {
  if (before === undefined) return []
  const changed = (name: keyof SessionRecord): boolean => before[name] !== undefined && before[name] !== now[name]
  const { threads, cores } = now
  const others = [
    ...(changed('engine') ? [`the run was computed by the engine ${before.engine}, and this is ${now.engine}`] : []),
    ...(changed('device') ? [`the run was computed on ${before.device}, and this is ${now.device}`] : []),
    ...(before.threads !== threads ? [`the run had ${nameOf(before.threads)}, and now has ${nameOf(threads)}`] : []),
    ...(threads === undefined && before.threads === undefined && changed('cores')
      ? [`the run was computed on ${before.cores} cores, and here are ${cores ?? 'others'}`]
      : []),
  ].map((text) => `${text}; results may differ in their last digits`)
  if (threads === undefined || cores === undefined || threads <= cores) return others
  return [...others, `the run has ${nameOf(threads)}, and here are ${cores} cores: it will be slow`]
}

function nameOf(threads: number | undefined): string {
  return threads === undefined ? 'as many threads as cores' : `${threads} threads`
}
