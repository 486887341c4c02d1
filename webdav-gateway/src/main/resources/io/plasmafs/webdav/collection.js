'use strict';
const main = document.querySelector('main');
const body = document.querySelector('tbody');
const state = document.querySelector('#state');

document.querySelectorAll('th').forEach((th, column) => th.addEventListener('click', () => {
  const value = row => row.cells[column].dataset.value ?? row.cells[column].textContent;
  const number = th.dataset.sort === 'number';
  const sign = th.dataset.order === 'up' ? -1 : 1;
  th.dataset.order = sign === 1 ? 'up' : 'down';
  body.append(...[...body.rows].sort((a, b) => sign * (number
    ? Number(value(a)) - Number(value(b))
    : value(a).localeCompare(value(b)))));
}));

main.addEventListener('dragover', event => { event.preventDefault(); main.classList.add('over'); });
main.addEventListener('dragleave', () => main.classList.remove('over'));
main.addEventListener('drop', async event => {
  event.preventDefault();
  main.classList.remove('over');
  const here = location.pathname.endsWith('/') ? location.pathname : location.pathname + '/';
  for (const file of event.dataTransfer.files) {
    state.textContent = `storing ${file.name} ...`;
    const answer = await fetch(here + encodeURIComponent(file.name), {
      method: 'PUT', body: file, headers: { 'X-OC-Mtime': String(Math.floor(file.lastModified / 1000)) },
    });
    if (!answer.ok) {
      state.textContent = `${file.name}: ${answer.status} ${await answer.text()}`;
      return;
    }
  }
  location.reload();
});
