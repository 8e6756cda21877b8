/** The frame of every page: navigation, theme, the page itself, a line below. */
import { useEffect, useRef } from 'preact/hooks'
import { Lazy } from './parts/lazy.tsx'
import { Missing } from './parts/notes.tsx'
import { isPage, pageNames, pages } from './pages/list.ts'
import { hrefOf, lastAddress, route } from './route.ts'
import { text } from './text.ts'
import { chooseTheme, theme } from './theme.ts'

export function Shell() {
  const { path, query } = route.value
  const [name, ...rest] = path
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)
  useEffect(() => {
    // A file that misses its place would replace the page, and end what is trained in it.
    const stay = (event: DragEvent): void => {
      if (!event.defaultPrevented) event.preventDefault()
    }
    addEventListener('dragover', stay)
    addEventListener('drop', stay)
    return () => {
      removeEventListener('dragover', stay)
      removeEventListener('drop', stay)
    }
  }, [])
  // Whoever goes to another page by keyboard or by ear starts at its beginning.
  useEffect(() => {
    document.title = isPage(name) ? `${text.pages[name].title} · ${text.lab}` : text.lab
    if (!first.current) {
      main.current?.focus({ preventScroll: true })
      scrollTo(0, 0)
    }
    first.current = false
  }, [name])
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        {text.toContent}
      </a>
      <header class="top">
        <a class="brand" href="#/">
          {text.lab}
        </a>
        <nav aria-label={text.navigation}>
          {pageNames.map((each) => (
            <a key={each} href={linkOf(each)} aria-current={each === name ? 'page' : undefined}>
              {text.pages[each].title}
            </a>
          ))}
        </nav>
        <ThemeSwitch />
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {name === undefined ? (
          <Home />
        ) : isPage(name) ? (
          <Lazy key={name} load={pages[name]} props={{ path: rest, query }} />
        ) : (
          <Missing said={text.missing.page(name)}>
            <PageLinks />
          </Missing>
        )}
      </main>
      <footer>{text.footer}</footer>
    </>
  )
}

/** Where a page's link leads: to it as it was left, or, from itself, to its beginning. */
function linkOf(page: string): string {
  const [here] = route.value.path
  return here === page ? hrefOf([page]) : (lastAddress.value[page] ?? hrefOf([page]))
}

function ThemeSwitch() {
  const next = theme.value === 'dark' ? 'light' : 'dark'
  return (
    <button
      type="button"
      class="quiet icon"
      aria-label={text.theme[next]}
      title={text.theme[next]}
      onClick={() => chooseTheme(next)}
    >
      {next === 'dark' ? '☾' : '☀'}
    </button>
  )
}

function Home() {
  return (
    <div class="home">
      <h1>{text.home.title}</h1>
      <p class="lead">{text.home.lead}</p>
      <PageLinks />
    </div>
  )
}

function PageLinks() {
  return (
    <ul class="cards">
      {pageNames.map((each) => (
        <li key={each}>
          <a href={hrefOf([each])}>
            <strong>{text.pages[each].title}</strong>
            <span>{text.pages[each].about}</span>
          </a>
        </li>
      ))}
    </ul>
  )
}
