/** A page for each source file, with an anchor for each line, and one for each folder. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { root, site, stagePublic } from '../paths.ts'
import { escapeHtml, highlight } from './highlight.ts'
import { isSource, sourceFiles, sourceFolders } from './source-names.ts'

/** Writes all of them; resolves to how many files have one. */
export function writeSourcePages(): number {
  const style = readFileSync(`${site}pages/sources.css`, 'utf8')
  let count = 0
  const write = (path: string, title: string, body: string): void => {
    const file = `${stagePublic}${path}`
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, pageOf(path, title, body, style))
  }
  const visit = (folder: string): void => {
    const entries = readdirSync(root + folder, { withFileTypes: true })
      .filter(({ name }) => name !== 'node_modules' && name !== 'dist' && !name.startsWith('.'))
      .toSorted((a, b) => Number(b.isDirectory()) - Number(a.isDirectory()) || (a.name < b.name ? -1 : 1))
    const listed = entries.filter((entry) => entry.isDirectory() || isSource(`${folder}/${entry.name}`))
    const items = listed.map((entry) =>
      entry.isDirectory()
        ? `<li><a href="${entry.name}/index.html">${entry.name}/</a></li>`
        : `<li><a href="${entry.name}.html">${entry.name}</a></li>`,
    )
    write(`${folder}/index.html`, folder, `<ul class="folder">${items.join('')}</ul>`)
    for (const entry of listed) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) visit(path)
      else file(path)
    }
  }
  const file = (path: string): void => {
    count++
    const lines = highlight(readFileSync(root + path, 'utf8').trimEnd())
    const rows = lines.map(
      (line, i) => `<span id="L${i + 1}"><a href="#L${i + 1}" tabindex="-1">${i + 1}</a>${line}</span>`,
    )
    write(`${path}.html`, path, `<pre tabindex="0" aria-label="Source">${rows.join('\n')}</pre>`)
  }
  for (const folder of sourceFolders) visit(folder)
  for (const name of sourceFiles) file(name)
  return count
}

/** The way to each folder above, then the body. */
function pageOf(path: string, title: string, body: string, style: string): string {
  const up = '../'.repeat(path.split('/').length - 1)
  const parts = title.split('/')
  const isFolder = path.endsWith('/index.html')
  const crumbs = parts.map((part, i) => {
    const last = i === parts.length - 1
    if (last && !isFolder) return `<span aria-current="page">${escapeHtml(part)}</span>`
    return `<a href="${up}${parts.slice(0, i + 1).join('/')}/index.html">${escapeHtml(part)}</a>`
  })
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} | tweedie</title>
<link rel="icon" href="data:,">
<style>${style}</style>
<script>
const chosen = localStorage.getItem('vitepress-theme-appearance') ?? 'auto'
if (chosen === 'dark' || (chosen === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)) document.documentElement.classList.add('dark')
</script>
</head>
<body>
<header><a class="home" href="${up}index.html">tweedie</a> <nav aria-label="Folders">${crumbs.join(' / ')}</nav></header>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`
}
