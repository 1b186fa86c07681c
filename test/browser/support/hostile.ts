/** Markdown that wants to be more than text. */
export const HOSTILE = `# <img src="https://evil.example/h.png" onerror="document.title='owned'">

<script>document.title = 'owned'</script>
<iframe src="https://evil.example/"></iframe>
<style>* { display: none }</style>
<svg onload="document.title='owned'"></svg>

![pixel](https://evil.example/pixel.png) [tap](javascript:document.title='owned') [data](data:text/html,<script>1</script>)
[reference]: javascript:alert(1)

<a href="javascript:document.title='owned'">link</a> https://evil.example/"onmouseover="document.title='owned'

\`\`\`html
</code></pre><script>document.title = 'owned'</script>
\`\`\`

| <b onclick=alert(1)>a</b> | b |
|---|---|
| <img src=x onerror=alert(1)> | ${'*'.repeat(500)} |

${'> '.repeat(300)}deep

${'[](('.repeat(200)}
`;
