// The style of the readable page: light and dark as the reader's system is, and one column on a narrow screen.

export const PAGE_STYLE = `
:root { color-scheme: light dark; --text: #1c2126; --quiet: #57606a; --ground: #fff; --raised: #f5f6f8; --line: #d8dce1; --link: #0b57a4; --get: #0b6b3a; --post: #8a4b00; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e7eb; --quiet: #a3abb5; --ground: #14171b; --raised: #1d2126; --line: #343a42; --link: #7db8f5; --get: #6fcf97; --post: #f0b36b; }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.55 system-ui, sans-serif; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 1rem; background: var(--ground); }
.page { display: grid; grid-template-columns: 19rem minmax(0, 1fr); max-width: 88rem; margin: 0 auto; }
header { grid-column: 2; padding: 1.5rem 2.5rem 0; min-width: 0; }
nav { grid-area: 1 / 1 / 3; position: sticky; top: 0; max-height: 100vh; overflow-y: auto; padding: 1.5rem 1rem 2rem 1.5rem; border-right: 1px solid var(--line); font-size: 13.5px; }
nav p { margin: 1.1rem 0 .25rem; font-weight: 600; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li { padding: .1rem 0; }
main { grid-column: 2; padding: 0 2.5rem 4rem; min-width: 0; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.3rem; margin: 3rem 0 .5rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 2.25rem 0 .25rem; overflow-wrap: anywhere; }
h4 { font-size: .8rem; margin: 1.1rem 0 .3rem; color: var(--quiet); font-weight: 600; }
p { margin: .35rem 0; max-width: 46rem; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .87em; }
code { overflow-wrap: anywhere; }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem; overflow-x: auto; margin: .3rem 0; }
h3 code { font-size: 1em; font-weight: 600; }
.get { color: var(--get); }
.post { color: var(--post); }
.quiet { color: var(--quiet); }
table { border-collapse: collapse; width: 100%; margin: .3rem 0; font-size: 14px; }
th { text-align: left; font-weight: 600; color: var(--quiet); font-size: 12.5px; }
th, td { padding: .35rem .9rem .35rem 0; vertical-align: top; border-bottom: 1px solid var(--line); }
td:first-child { width: 15rem; }
td.type { width: 17rem; color: var(--quiet); }
section:target > h3 { background: var(--raised); box-shadow: -.5rem 0 0 var(--raised); }
@media (max-width: 60rem) {
  .page { display: block; }
  nav { position: static; max-height: none; border-right: 0; border-bottom: 1px solid var(--line); padding: .25rem 1rem 1rem; }
  nav ul { columns: 2; column-gap: 1rem; }
  nav li { break-inside: avoid; overflow-wrap: anywhere; }
  header { padding: 1rem 1rem 0; }
  main { padding: 0 1rem 3rem; }
  thead { display: none; }
  tr { display: block; border-bottom: 1px solid var(--line); padding: .4rem 0; }
  td, td:first-child, td.type { display: block; width: auto; border: 0; padding: 0; }
}
@media print { nav { display: none; } .page { display: block; } }
`;
