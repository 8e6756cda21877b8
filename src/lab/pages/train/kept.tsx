/** Runs that this browser keeps: to go on with, to take along, to delete. */
import { useState } from 'preact/hooks'
import { Note } from '../../parts/notes.tsx'
import { saveFile } from '../../parts/save.ts'
import { hrefOf } from '../../route.ts'
import { tweedie } from '../../remote/tweedie.ts'
import { saidOf } from '../../said.ts'
import { kept, keptProblem, problem, refreshKept, resume, runs } from './store.ts'
import { text } from './text.ts'

export function KeptRuns() {
  const [busy, setBusy] = useState<string>()
  const [leaving, setLeaving] = useState<string>()
  const shown = new Set(runs.value.map(({ name }) => name))
  const act = (name: string, work: () => Promise<unknown>) => async (): Promise<void> => {
    setBusy(name)
    try {
      await work()
    } catch (error) {
      problem.value = saidOf(error)
    }
    await refreshKept()
    setBusy(undefined)
  }
  const zip = async (name: string): Promise<void> => {
    const { zipFolder } = await import('../../../files/data/formats/zip.ts')
    const bytes = zipFolder(await tweedie().runFiles(name), name)
    saveFile(`${name}.zip`, bytes, 'application/zip')
  }
  if (keptProblem.value !== undefined) return <Note>{text.kept.no(keptProblem.value)}</Note>
  const others = kept.value.filter(({ name }) => !shown.has(name))
  if (others.length === 0) return null
  return (
    <section class="kept" aria-label={text.kept.title}>
      <h2>{text.kept.title}</h2>
      <p class="hint">{text.kept.lead}</p>
      <ul>
        {others.map(({ name, data, step, busy: elsewhere }) => (
          <li key={name}>
            <strong>{name}</strong>
            <span class="facts">{elsewhere ? text.kept.busy : text.kept.at(step, data)}</span>
            <span class="buttons">
              <button type="button" disabled={elsewhere || busy === name} onClick={act(name, () => resume(name))}>
                {text.kept.resume}
              </button>
              <button
                type="button"
                class="quiet"
                disabled={step === undefined || busy === name}
                onClick={act(name, () => zip(name))}
              >
                {text.kept.zip}
              </button>
              {step !== undefined && (
                <a class="button quiet" href={hrefOf(['draw'], { model: `run:${name}` })}>
                  {text.kept.open}
                </a>
              )}
              <Forget
                name={name}
                asked={leaving === name}
                ask={setLeaving}
                disabled={elsewhere || busy === name}
                forget={act(name, () => tweedie().forget(name))}
              />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What is deleted is gone: so it is asked for twice. */
function Forget({
  name,
  asked,
  ask,
  disabled,
  forget,
}: {
  readonly name: string
  readonly asked: boolean
  ask(name: string | undefined): void
  readonly disabled: boolean
  forget(): void
}) {
  if (!asked) {
    return (
      <button type="button" class="quiet" disabled={disabled} onClick={() => ask(name)}>
        {text.kept.forget}
      </button>
    )
  }
  return (
    <>
      <button type="button" disabled={disabled} onClick={() => (ask(undefined), forget())}>
        {text.kept.really(name)}
      </button>
      <button type="button" class="quiet" onClick={() => ask(undefined)}>
        {text.kept.keep}
      </button>
    </>
  )
}
