// SPDX-License-Identifier: MIT
// Draws the plots of the page's block of JSON (see plots.hpp), and writes their numbers below them. When all is drawn,
// the page's root says how much: data-drawn.
(() => {
  'use strict';
  const data = JSON.parse(document.getElementById('data').textContent);
  const root = document.documentElement;
  const color = name => getComputedStyle(root).getPropertyValue(name).trim();
  const seriesColor = series => color(`--series-${series.color % 8}`);
  const shapes = ['circle', 'rect', 'triangle', 'rectRot'];
  const shape = series => shapes[Math.floor(series.color / 8) % shapes.length];

  function scale(axis, more) {
    return {
      min: axis.low, max: axis.high,
      title: {display: Boolean(axis.title), text: axis.title, color: color('--faint')},
      grid: {color: color('--line'), borderColor: color('--line')},
      ticks: {color: color('--faint'), maxRotation: 0, ...more},
    };
  }

  // A long label becomes several lines where the page is narrow.
  const narrow = matchMedia('(max-width: 40rem)');
  const labelWidth = () => narrow.matches ? 18 : 40;
  function wrapped(text, width) {
    const lines = [''];
    for (const word of text.split(' ')) {
      const last = lines.length - 1;
      if (lines[last] && lines[last].length + word.length + 1 > width) lines.push(word);
      else lines[last] += (lines[last] ? ' ' : '') + word;
    }
    return lines;
  }

  function lines(plot) {
    return {
      type: 'line',
      data: {
        datasets: plot.series.map(s => ({
          label: s.name, data: s.x.map((x, i) => ({x, y: s.y[i]})),
          borderColor: seriesColor(s), backgroundColor: seriesColor(s), borderWidth: 2, borderDash: s.dashed ? [5, 4] : [],
          pointStyle: shape(s), pointRadius: s.x.length > 40 ? 0 : 3, pointHitRadius: 8, spanGaps: false,
        })),
      },
      options: {
        interaction: {mode: 'nearest', axis: 'x', intersect: false},
        scales: {x: {type: 'linear', ...scale(plot.x, {precision: 0})}, y: scale(plot.y)},
      },
    };
  }

  // Series share a row, one a little below the other.
  function dots(plot) {
    const height = (row, s) => row + (s - (plot.series.length - 1) / 2) * 0.7 / plot.series.length;
    const x = {...plot.x};
    const ends = plot.series.flatMap(s => [...(s.low || []), ...(s.high || []), ...s.at]).filter(v => v !== null);
    const room = (Math.max(...ends) - Math.min(...ends)) * 0.04;
    if (x.low === undefined) x.low = Math.min(...ends) - room;
    if (x.high === undefined) x.high = Math.max(...ends) + room;
    const intervals = {
      id: 'intervals',
      beforeDatasetsDraw(chart) {
        const context = chart.ctx;
        plot.series.forEach((s, number) => {
          if (!s.low || !chart.isDatasetVisible(number)) return;
          context.save();
          context.strokeStyle = seriesColor(s);
          context.lineWidth = 2;
          s.low.forEach((low, row) => {
            if (low === null || s.high[row] === null) return;
            const y = chart.scales.y.getPixelForValue(height(row, number));
            context.beginPath();
            context.moveTo(chart.scales.x.getPixelForValue(low), y);
            context.lineTo(chart.scales.x.getPixelForValue(s.high[row]), y);
            context.stroke();
          });
          context.restore();
        });
      },
    };
    const y = scale({low: -0.5, high: plot.rows.length - 0.5}, {autoSkip: false, padding: 8});
    y.reverse = true;
    y.grid.drawTicks = false;
    y.grid.color = context => Number.isInteger(context.tick.value) ? color('--line') : 'transparent';
    y.afterBuildTicks = axis => { axis.ticks = plot.rows.map((_, value) => ({value})); };
    y.ticks.callback = value => wrapped(plot.rows[value], labelWidth());
    return {
      type: 'scatter',
      data: {
        datasets: plot.series.map((s, number) => ({
          label: s.name, data: s.at.map((at, row) => ({x: at, y: height(row, number), row})),
          backgroundColor: seriesColor(s), borderColor: seriesColor(s), pointStyle: shape(s), pointRadius: 4.5, clip: false,
        })),
      },
      options: {
        interaction: {mode: 'nearest', intersect: true},
        scales: {x: {type: 'linear', ...scale(x, {includeBounds: false})}, y},
        plugins: {
          tooltip: {
            callbacks: {
              label: item => {
                const s = plot.series[item.datasetIndex], row = item.raw.row;
                const range = s.low && s.low[row] !== null ? ` (${shown(s.low[row])} to ${shown(s.high[row])})` : '';
                return `${plot.rows[row]}, ${s.name}: ${shown(s.at[row])}${range}`;
              },
            },
          },
        },
      },
      plugins: [intervals],
    };
  }

  function bars(plot) {
    const counts = plot.series.every(s => s.y.every(y => Number.isInteger(y)));
    return {
      type: 'bar',
      data: {
        labels: plot.labels,
        datasets: plot.series.map(s => ({label: s.name, data: s.y, backgroundColor: seriesColor(s), maxBarThickness: 40})),
      },
      options: {
        interaction: {mode: 'index', intersect: false},
        scales: {
          x: {...scale(plot.x), grid: {display: false}},
          y: {beginAtZero: true, ...scale(plot.y, counts ? {precision: 0} : {})},
        },
      },
    };
  }

  const shown = number => number === null ? '–' : String(Number(number.toPrecision(6)));

  function row(cells, kind) {
    const line = document.createElement('tr');
    cells.forEach((content, i) => {
      const cell = document.createElement(i === 0 ? 'th' : kind);
      cell.className = i === 0 ? 'text' : 'number';
      cell.textContent = content;
      line.append(cell);
    });
    return line;
  }

  // The plot's numbers as a table, for those who cannot see it and those who want to copy them.
  function numbers(plot) {
    const table = document.createElement('table');
    const names = plot.series.map(s => s.name);
    table.append(row([plot.kind === 'dots' ? '' : plot.x.title, ...names], 'th'));
    if (plot.kind === 'lines') {
      const xs = [...new Set(plot.series.flatMap(s => s.x))].sort((a, b) => a - b);
      const places = plot.series.map(s => new Map(s.x.map((x, i) => [x, s.y[i]])));
      for (const x of xs) table.append(row([shown(x), ...places.map(p => p.has(x) ? shown(p.get(x)) : '–')], 'td'));
    } else if (plot.kind === 'dots') {
      plot.rows.forEach((name, i) => table.append(row([name, ...plot.series.map(s =>
          shown(s.at[i]) + (s.low && s.low[i] !== null ? ` (${shown(s.low[i])} to ${shown(s.high[i])})` : ''))], 'td')));
    } else {
      plot.labels.forEach((name, i) => table.append(row([name, ...plot.series.map(s => shown(s.y[i]))], 'td')));
    }
    const details = document.createElement('details');
    const summary = document.createElement('summary');
    summary.textContent = 'Numbers';
    const wide = document.createElement('div');
    wide.className = 'wide';
    wide.append(table);
    details.append(summary, wide);
    return details;
  }

  const kinds = {lines, dots, bars};
  const charts = new Map();
  function height(plot) {
    const legend = 14 * Math.floor(plot.series.length / 3);
    if (plot.kind !== 'dots') return 300 + legend;
    const lines = Math.max(1, ...plot.rows.map(name => wrapped(name, labelWidth()).length));
    return plot.rows.length * Math.max(26, 13 * plot.series.length, 14 * lines + 6) + 90 + legend;
  }

  function draw(figure, plot) {
    charts.get(figure)?.destroy();
    const box = figure.querySelector('.canvas');
    box.style.height = `${height(plot)}px`;
    const settings = kinds[plot.kind](plot);
    const legend = {
      display: plot.series.length > 1, align: 'start',
      labels: {color: color('--ink'), usePointStyle: true, boxWidth: 8, boxHeight: 8},
    };
    settings.options = {
      ...settings.options, animation: false, responsive: true, maintainAspectRatio: false,
      plugins: {...settings.options.plugins, legend},
    };
    charts.set(figure, new Chart(box.firstChild, settings));
  }

  const figures = [...document.querySelectorAll('.plot')].map(figure => [figure, data.plots[figure.dataset.plot]]);
  for (const [figure, plot] of figures) {
    const box = document.createElement('div');
    box.className = 'canvas';
    const canvas = document.createElement('canvas');
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', `${plot.title}; its numbers are in the table below`);
    box.append(canvas);
    figure.append(box, numbers(plot));
  }

  // A map is a small canvas that the style stretches: squares of the accent color, or a smooth veil, yellow to red, over a
  // picture, so that the picture stays visible where there is little.
  const pictures = new Map([...document.querySelectorAll('[data-name]')].map(e => [e.dataset.name, e.firstElementChild]));
  const maps = [...document.querySelectorAll('[data-map]')].map(place => [place, data.maps[place.dataset.map]]);
  function drawMap(place, map) {
    const picture = pictures.get(place.dataset.over), side = Math.sqrt(map.values.length);
    const canvas = document.createElement('canvas'), context = canvas.getContext('2d');
    canvas.width = canvas.height = side;
    map.values.forEach((value, i) => {
      const share = Math.min(1, value / map.full);
      context.globalAlpha = picture ? 0.8 * share : share;
      context.fillStyle = picture ? `hsl(${60 - 60 * share} 100% 50%)` : color('--accent');
      context.fillRect(i % side, Math.floor(i / side), 1, 1);
    });
    place.replaceChildren(...(picture ? [picture.cloneNode()] : []), canvas);
  }

  function drawAll() {
    figures.forEach(([figure, plot]) => draw(figure, plot));
    maps.forEach(([place, map]) => drawMap(place, map));
  }
  drawAll();
  narrow.addEventListener('change', drawAll);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  root.dataset.drawn = `${figures.length} plots, ${maps.length} maps`;
})();
