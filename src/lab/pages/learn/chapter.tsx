/** A chapter: its sections, each an equation or more beside a live figure. */
import { effect, type Signal, signal, useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { type AnyValues, decodeValues, encodeValues } from '../../learn/address.ts'
import type { Chapter, Section } from '../../learn/chapter.ts'
import { chapters } from '../../learn/chapters/list.ts'
import type { Figure } from '../../learn/figure.ts'
import { EquationPart } from '../../parts/equation.tsx'
import { Guard } from '../../parts/guard.tsx'
import { LiveFigure } from '../../parts/live-figure.tsx'
import { Note } from '../../parts/notes.tsx'
import { hrefOf, linkTo, replaceAddress } from '../../route.ts'
import { text } from '../../text.ts'

export interface ChapterProps {
  readonly chapter: Chapter
  /** The figure that the address names. */
  readonly focus: string | undefined
  readonly query: ReadonlyMap<string, string>
}

export function ChapterPart({ chapter, focus, query }: ChapterProps) {
  const figures = useMemo(() => figuresOf(chapter), [chapter])
  const { state, problems } = useMemo(() => stateOf(figures, focus, query), [figures])
  useEffect(() => keepAddress(chapter.name, figures, state, focus), [figures])
  useEffect(() => {
    if (focus !== undefined) document.querySelector(`#figure-${CSS.escape(focus)}`)?.scrollIntoView()
  }, [])
  const here = chapters.findIndex(({ name }) => name === chapter.name)
  return (
    <article class="chapter">
      <h1>{chapter.title}</h1>
      <p class="lead">{chapter.lead}</p>
      {focus !== undefined && !state.has(focus) && <Note kind="error">{text.missing.figure(focus)}</Note>}
      {problems.map((problem) => (
        <Note key={problem} kind="error">
          {problem}
        </Note>
      ))}
      {chapter.sections.map((section, i) => (
        <SectionPart key={i} section={section} chapter={chapter.name} state={state} />
      ))}
      <p class="hint">{text.learn.theory(chapter.name)}</p>
      <nav class="steps" aria-label={text.learn.all}>
        <StepLink label={text.learn.previous} to={chapters[here - 1]} />
        <a href={hrefOf(['learn'])}>{text.learn.all}</a>
        <StepLink label={text.learn.next} to={chapters[here + 1]} />
      </nav>
    </article>
  )
}

function StepLink({ label, to }: { readonly label: string; readonly to: (typeof chapters)[number] | undefined }) {
  if (to === undefined) return <span />
  return (
    <a href={hrefOf(['learn', to.name])}>
      {label}: {to.title}
    </a>
  )
}

type State = ReadonlyMap<string, Signal<AnyValues>>

function SectionPart({
  section,
  chapter,
  state,
}: {
  readonly section: Section
  readonly chapter: string
  readonly state: State
}) {
  const numbers = useSignal<Readonly<Record<string, number>>>({})
  const { title, equations, figure } = section
  return (
    <section>
      <h2>{title}</h2>
      <div class="beside">
        <div class="equations">
          {equations.map((equation, i) => (
            <EquationPart key={i} equation={equation} numbers={numbers} />
          ))}
        </div>
        {'why' in figure ? (
          <Note>
            {text.figure.noFigure} {figure.why}
          </Note>
        ) : (
          <Guard>
            <LiveFigure
              figure={figure}
              values={state.get(figure.id)!}
              onNumbers={(next) => (numbers.value = next)}
              link={() => linkTo(['learn', chapter, figure.id], encodeValues(figure, state.get(figure.id)!.peek()))}
            />
          </Guard>
        )}
      </div>
    </section>
  )
}

function figuresOf({ sections }: Chapter): readonly Figure[] {
  return sections.flatMap(({ figure }) => ('why' in figure ? [] : [figure]))
}

/**
 * In an address, the names of the figure in the path stand alone; those of other figures begin with their figure: `marginal.t`. Where the path
 * names no figure, a name that stands alone is that of the first figure that has it.
 */
function stateOf(figures: readonly Figure[], focus: string | undefined, query: ReadonlyMap<string, string>) {
  const state = new Map<string, Signal<AnyValues>>()
  const problems: string[] = []
  const ownerOf = (name: string): string | undefined => figures.find(({ controls }) => name in controls)?.id
  const own = (figure: Figure): Map<string, string> => {
    const prefix = `${figure.id}.`
    const alone = [...query].filter(([name]) => !name.includes('.') && (focus === undefined || figure.id === focus))
    const prefixed = [...query].flatMap(([name, value]): [string, string][] =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    )
    const mine = focus === undefined ? alone.filter(([name]) => ownerOf(name) === figure.id) : alone
    return new Map([...mine, ...prefixed])
  }
  for (const figure of figures) {
    const found = decodeValues(figure, own(figure))
    problems.push(...found.problems)
    state.set(figure.id, signal<AnyValues>(found.values))
  }
  const known = new Set(figures.map(({ id }) => id))
  for (const name of query.keys()) {
    const [figure] = name.split('.')
    const owner = name.includes('.') ? figure : (focus ?? ownerOf(name))
    const taken = owner !== undefined && known.has(owner)
    if (!taken) problems.push(text.address.unknown(name))
  }
  return { state, problems }
}

/** Writes what is set into the address, a moment after the last change. */
function keepAddress(chapter: string, figures: readonly Figure[], state: State, focus: string | undefined): () => void {
  let [last, first, timer] = [focus, true, 0]
  const before = new Map<string, AnyValues | undefined>()
  const leave = effect(() => {
    for (const { id } of figures) {
      const values = state.get(id)!.value
      if (!first && before.get(id) !== values) last = id
      before.set(id, values)
    }
    if (first) {
      first = false
      return
    }
    clearTimeout(timer)
    timer = setTimeout(() => {
      const query: Record<string, string> = {}
      for (const figure of figures) {
        for (const [name, value] of Object.entries(encodeValues(figure, state.get(figure.id)!.peek()))) {
          query[figure.id === last ? name : `${figure.id}.${name}`] = value
        }
      }
      replaceAddress(['learn', chapter, ...(last === undefined ? [] : [last])], query)
    }, 200) as unknown as number
  })
  return () => {
    clearTimeout(timer)
    leave()
  }
}
