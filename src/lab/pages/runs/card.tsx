/** A run or model: what it is, its pictures, its folder, and the commands that use it. */
import { useEffect, useState } from 'preact/hooks'
import { ControlPart } from '../../parts/controls/control.tsx'
import { Command } from '../../parts/command.tsx'
import { Note } from '../../parts/notes.tsx'
import { hrefOf } from '../../route.ts'
import { text as common } from '../../text.ts'
import { type Card, cardOf, runUrl } from '../../remote/machine.ts'
import { text } from './text.ts'

export interface RunCardProps {
  readonly name: string
  /** Names of pictures in the order of steps. */
  readonly samples: readonly string[]
  readonly hasLog: boolean
  /** Where it lies on the machine. */
  readonly path: string
}

export function RunCard({ name, samples, hasLog, path }: RunCardProps) {
  const [card, setCard] = useState<Card>()
  useEffect(() => {
    cardOf(name).then(setCard, (error: unknown) => setCard({ problem: String(error) }))
  }, [name])
  const title = name === '' ? '.' : name
  return (
    <>
      {samples.length > 0 && <Samples name={name} samples={samples} />}
      <section class="live card" aria-label={text.card(title)}>
        <h2>{text.card(title)}</h2>
        {!hasLog && <p class="hint">{text.noLog}</p>}
        {card === undefined && <p class="loading">{common.loading}</p>}
        {card?.problem !== undefined && <Note>{card.problem}</Note>}
        {card?.text !== undefined && (
          <pre tabIndex={0} role="region" aria-label={text.card(title)}>
            {card.text}
          </pre>
        )}
        {card?.readme !== undefined && (
          <details class="code">
            <summary>{text.readme}</summary>
            <pre tabIndex={0}>{card.readme}</pre>
          </details>
        )}
        <h3>{text.use}</h3>
        <Command line={`npx tweedie sample ${quoted(path)} -n 64 --out samples.png`} />
        <p>
          <a class="button" href={runUrl(name, 'zip')} download>
            {text.download}
          </a>{' '}
          <a class="button" href={hrefOf(['draw'], { model: runUrl(name, 'zip') })}>
            {text.draw}
          </a>
        </p>
      </section>
    </>
  )
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}

/** One picture of many: the newest, unless another is chosen. */
function Samples({ name, samples }: Pick<RunCardProps, 'name' | 'samples'>) {
  const [chosen, setChosen] = useState<number>()
  const at = Math.min(chosen ?? samples.length - 1, samples.length - 1)
  const file = samples[at]!
  const slider = {
    kind: 'slider',
    label: text.sample,
    min: 0,
    max: Math.max(1, samples.length - 1),
    step: 1,
    initial: 0,
    format: (i: number) => samples[Math.min(i, samples.length - 1)]!,
  } as const
  const shown = name === '' ? '.' : name
  return (
    <section class="live" aria-label={text.samples(shown)}>
      <h2>{text.samples(shown)}</h2>
      {samples.length > 1 && (
        <ControlPart
          control={slider}
          value={at}
          change={(value) => setChosen(value === samples.length - 1 ? undefined : (value as number))}
        />
      )}
      {file.endsWith('.txt') ? (
        <TextFile url={runUrl(name, 'samples', file)} />
      ) : (
        <img class="sheet" src={runUrl(name, 'samples', file)} alt={`${text.samples(shown)}: ${file}`} />
      )}
    </section>
  )
}

function TextFile({ url }: { readonly url: string }) {
  const [content, setContent] = useState('')
  useEffect(() => {
    fetch(url)
      .then((response) => response.text())
      .then(setContent, () => setContent(''))
  }, [url])
  return <pre tabIndex={0}>{content}</pre>
}
