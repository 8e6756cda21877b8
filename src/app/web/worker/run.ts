/** A training run in the worker: trained, held up at its gate, kept, and its events sent to the page. */
import type { FamilyModel, OwnParts } from '../../../families/family.ts'
import { entryOfSpec, type Opened } from '../../../families/registry.ts'
import { isTweedieError, TweedieError } from '../../../errors.ts'
import type { ModelFolder } from '../../../files/io/model-folder.ts'
import { type Checkpoint, encodeCheckpoint } from '../../../tools/train/checkpoint.ts'
import type { RunKeeper } from '../../../tools/train/web/run-keeper.ts'
import { openedOf } from '../../opened.ts'
import { train, type TrainEvent, type TrainOptions } from '../../train.ts'
import { type Gate, gate } from './gate.ts'
import type { RunEnd, RunEvent } from './protocol.ts'

/** A run that is going on, or over. */
export interface LiveRun {
  readonly name: string | undefined
  readonly gate: Gate
  readonly options: RunSetting
  /** Steps made. */
  readonly step: number
  stop(): void
  /** The state between two steps, as bytes of its own: what is copied from here does not change. */
  checkpoint(): Promise<Checkpoint>
  /** The model between two steps, a copy. */
  model(): Promise<Opened>
  /** Keeps the run as it is. */
  save(): Promise<void>
  /** Trains to the end. */
  run(): Promise<RunEnd>
}

/** What a run is made of. */
export interface RunSetting extends Omit<TrainOptions, 'signal' | 'clock'> {
  readonly name: string | undefined
  readonly keeper: RunKeeper
  readonly own: OwnParts
  readonly paused?: boolean | undefined
}

/** Milliseconds between two saves of a run that is kept, unless its steps are asked for: what a closed tab may lose. */
const saveEvery = 10_000

/** Events of steps wait at most so long before they are sent, together. */
const sendEvery = 30

/** @param send gets the events, some at a time */
export function liveRun(
  setting: RunSetting,
  send: (events: readonly RunEvent[]) => void,
  signal: AbortSignal,
): LiveRun {
  const { name, keeper, own, paused, ...options } = setting
  const stopping = new AbortController()
  const mailbox = mail(send)
  let step = options.from?.state.step ?? 0
  let saved = performance.now()
  let latest:
    | {
        readonly kept: () => Promise<FamilyModel>
        readonly model: () => Promise<FamilyModel>
        readonly checkpoint: () => Promise<Checkpoint>
      }
    | undefined
  const door = gate({
    paused,
    onPause: (now) => mailbox.put({ type: now ? 'paused' : 'resumed', step }, true),
    onSleep: (seconds) =>
      mailbox.put({
        type: 'remark',
        text: `${Math.round(seconds)} s went by between two steps, which do not count as time of training: the tab slept, or its worker did something else`,
      }),
  })
  const stop = (): void => {
    stopping.abort()
    door.go()
  }
  signal.addEventListener('abort', stop)
  const present = (): NonNullable<typeof latest> => {
    if (latest) return latest
    throw new TweedieError('usage', 'the run is being prepared: it has no model yet', { hint: 'wait for `ready`' })
  }
  /** Keeps it as it is now. A disk that is full ends no training. */
  const keep = async (checkpoint: Checkpoint, model: FamilyModel): Promise<void> => {
    const family = await entryOfSpec(options.spec, own).load()
    const { filesToSave } = await import('../../../files/io/files-to-save.ts')
    const files = filesToSave(await family.write(model))
    const refused = await keeper.save(encodeCheckpoint(checkpoint), files).then(() => undefined, refusalOf)
    saved = performance.now()
    const { step: at } = checkpoint.state
    if (refused !== undefined) mailbox.put({ type: 'remark', text: notSaved(refused) })
    mailbox.put({ type: 'checkpoint', step: at, kept: keeper.kept && refused === undefined }, true)
  }
  /** What there is to do with an event, before training goes on. */
  const take = async (event: TrainEvent): Promise<RunEnd | undefined> => {
    switch (event.type) {
      case 'ready': {
        const { model, kept, checkpoint, ...plain } = event
        latest = { model, kept, checkpoint }
        mailbox.put(plain, true)
        if (door.paused) await door.pass()
        return undefined
      }
      case 'step': {
        const { model, kept, checkpoint, ...plain } = event
        latest = { model, kept, checkpoint }
        step = event.step
        mailbox.put(plain)
        await door.pass()
        if (keeper.kept && options.checkpointEvery === undefined && performance.now() - saved > saveEvery) {
          await keep(await checkpoint(), await kept())
        }
        return undefined
      }
      case 'checkpoint':
        await keep(event.checkpoint, event.model)
        return undefined
      case 'log':
        keeper.log(event.line)
        mailbox.put(event)
        return undefined
      case 'end':
        mailbox.put(event, true)
        return event
      default:
        mailbox.put(event)
        return undefined
    }
  }
  return {
    name,
    gate: door,
    options: setting,
    get step() {
      return step
    },
    stop,
    checkpoint: () =>
      door.between(async () => {
        const { decodeCheckpoint } = await import('../../../tools/train/decode-checkpoint.ts')
        return decodeCheckpoint(encodeCheckpoint(await present().checkpoint()))
      }),
    model: () =>
      door.between(async () => {
        const family = await entryOfSpec(options.spec, own).load()
        const { encodeModelFolder } = await import('../../../files/io/encode-model-folder.ts')
        // The weights change with the next step: they are copied before anything else is waited for.
        const files = copied(encodeModelFolder(await family.write(await present().model())))
        return openedOf(await decoded(files), own)
      }),
    save: () => door.between(async () => keep(await present().checkpoint(), await present().kept())),
    async run() {
      const clock = (): number => performance.now() - door.waited
      let end: RunEnd | undefined
      try {
        for await (const event of train({ ...options, own, signal: stopping.signal, clock })) {
          end = (await take(event)) ?? end
        }
        return end!
      } finally {
        signal.removeEventListener('abort', stop)
        mailbox.flush()
        door.close()
        await keeper.close()
      }
    },
  }
}

/** What a browser says that keeps nothing more. @throws whatever else is wrong */
function refusalOf(error: unknown): TweedieError {
  if (isTweedieError(error, 'device')) return error
  throw error
}

function notSaved({ message, hint }: TweedieError): string {
  return `${message}: the run goes on, and is lost since its last save when the tab is closed${hint === undefined ? '' : ` (${hint})`}`
}

/** Files that share no memory with the run. */
function copied(files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Uint8Array> {
  return new Map(Array.from(files, ([path, bytes]) => [path, bytes.slice()]))
}

/** Training does not need what reads folders. */
async function decoded(files: ReadonlyMap<string, Uint8Array>): Promise<ModelFolder> {
  const { decodeModelFolder } = await import('../../../files/io/decode-model-folder.ts')
  return decodeModelFolder(files)
}

/** Sends events together: hundreds of messages a second would hold up the page. */
function mail(send: (events: readonly RunEvent[]) => void) {
  let unsent: RunEvent[] = []
  let sent = performance.now()
  const flush = (): void => {
    if (unsent.length > 0) send(unsent)
    unsent = []
    sent = performance.now()
  }
  return {
    put(event: RunEvent, now = false): void {
      unsent.push(event)
      if (now || performance.now() - sent >= sendEvery) flush()
    },
    flush,
  }
}
