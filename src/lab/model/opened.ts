/** The model that is open, the same for all pages: it stays open when the visitor goes from one to another. */
import { effect, signal } from '@preact/signals'
import type { RemoteModel } from '../../app/web/worker/remote-model.ts'
import type { FolderSource } from '../../files/io/web/folder-input.ts'
import { opfsFolder } from '../../files/io/web/opfs.ts'
import { saveModelFolder } from '../../files/io/web/save-model-folder.ts'
import { words } from '../words/model.ts'
import { lost, tweedie } from '../remote/tweedie.ts'
import { forgetAddresses } from '../route.ts'
import { saidOf } from '../said.ts'
import { keptFolder, nameOf, openSource, parseSource, sourceText } from './source.ts'

export type OpenedModel =
  | { readonly state: 'none' }
  | {
      readonly state: 'opening'
      readonly name: string
      readonly share: number | undefined
      readonly source: string | undefined
    }
  | {
      readonly state: 'open'
      readonly name: string
      readonly model: RemoteModel
      /** What an address calls it; undefined where it could not be kept. */
      readonly source: string | undefined
      readonly remark?: string | undefined
    }
  | {
      readonly state: 'failed'
      readonly name: string
      /** What is wrong, and what to do. */
      readonly problem: string
      readonly source: string | undefined
    }

export const opened = signal<OpenedModel>({ state: 'none' })

effect(() => {
  if (lost.value === 0) return
  // The worker that had it died: it is opened again from where it lies.
  const now = opened.peek()
  if (now.state !== 'open') return
  opened.value = { state: 'none' }
  if (now.source !== undefined) void openNamed(now.source)
})

/** Their addresses name the model. */
const pagesOfModels = ['draw', 'restore']

/** The newest wish: what was asked for before it is closed again. */
let wish = 0

/** Opens what an address names, unless it is open already. */
export async function openNamed(text: string): Promise<void> {
  const now = opened.value
  if (now.state !== 'none' && now.source === text && now.state !== 'failed') return
  const source = parseSource(text)
  await opening(nameOf(source), text, (progress) => openSource(tweedie(), source, progress))
}

/** Opens files, and keeps a copy in this browser, so that an address can name it. */
export async function openFiles(files: FolderSource, name: string): Promise<void> {
  await opening(name, undefined, (progress) =>
    tweedie().open(files, { onProgress: ({ done, total }) => progress(done, total) }),
  )
  const now = opened.value
  if (now.state !== 'open' || now.name !== name) return
  try {
    await saveModelFolder({ opfs: `${keptFolder}/${name}` }, await now.model.folder())
    if (opened.value === now) opened.value = { ...now, source: sourceText({ kind: 'kept', name }) }
  } catch (error) {
    if (opened.value === now) opened.value = { ...now, remark: words.notKept(saidOf(error)) }
  }
}

/** Closes it, to choose another. */
export function closeModel(): void {
  wish++
  forgetAddresses(...pagesOfModels)
  if (opened.value.state === 'open') opened.value.model.dispose()
  opened.value = { state: 'none' }
}

/** Deletes the copy that this browser keeps of a model. */
export async function forgetModel(name: string): Promise<void> {
  await (await opfsFolder(keptFolder)).removeEntry(name, { recursive: true })
}

/** The models that were opened here before, by name. */
export async function keptModels(): Promise<readonly string[]> {
  try {
    const names: string[] = []
    for await (const [name, handle] of await opfsFolder(keptFolder)) if (handle.kind === 'directory') names.push(name)
    return names.toSorted()
  } catch {
    // A browser that keeps nothing, or nothing yet.
    return []
  }
}

async function opening(
  name: string,
  source: string | undefined,
  open: (progress: (done: number, total: number) => void) => Promise<RemoteModel>,
): Promise<void> {
  const mine = ++wish
  forgetAddresses(...pagesOfModels)
  if (opened.value.state === 'open') opened.value.model.dispose()
  opened.value = { state: 'opening', name, share: undefined, source }
  try {
    const model = await open((done, total) => {
      if (mine === wish) opened.value = { state: 'opening', name, share: total > 0 ? done / total : undefined, source }
    })
    if (mine === wish) opened.value = { state: 'open', name, model, source }
    else model.dispose()
  } catch (error) {
    if (mine === wish) opened.value = { state: 'failed', name, source, problem: saidOf(error) }
  }
}
