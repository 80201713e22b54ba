/* Suggestions under a search box: a combobox with a list (ARIA Authoring Practices). Without
 * scripts, or when the server doesn't answer, the box is a plain search.
 *
 * url   - of the action hanoi_suggest, in the reader's language
 * pages - where each kind leads, by kind, "-name-" in the place of the name
 * kinds - what to suggest, with commas; empty for everything
 */
this.ckan.module('hanoi-suggest', function ($) {
  'use strict';
  var number = 0;

  return {
    options: { url: '', pages: {}, kinds: '', wait: 150 },

    initialize: function () {
      $.proxyAll(this, /_on/);
      number += 1;
      this.id = 'hanoi-suggestions-' + number;
      this.input = this.$('input[name=q]');
      if (!this.input.length || !window.fetch || !window.AbortController) {
        return;
      }
      this.texts = {
        agency: this._('Agency'), theme: this._('Theme'), area: this._('Area'),
        dataset: this._('Dataset')
      };
      this.list = $('<ul class="hanoi-suggestions" role="listbox" hidden></ul>')
        .attr({ id: this.id, 'aria-label': this._('Suggestions') });
      this.status = $('<span class="visually-hidden" role="status"></span>');
      this.el.addClass('hanoi-suggest').append(this.list, this.status);
      this.input.attr({
        role: 'combobox', autocomplete: 'off', 'aria-autocomplete': 'list',
        'aria-expanded': 'false', 'aria-controls': this.id
      });
      this.input.on('input', this._onInput).on('keydown', this._onKey).on('blur', this._onBlur);
      this.list.on('mousedown', function (event) { event.preventDefault(); })
        .on('click', '[role=option]', this._onClick);
      this.chosen = -1;
      this.asked = '';
      /* CKAN begins with its modules when it has its translations: somebody may have typed */
      if (this.input.is(':focus')) { this._onInput(); }
    },

    teardown: function () { this._stop(); },

    _stop: function () {
      window.clearTimeout(this.timer);
      if (this.request) { this.request.abort(); }
    },

    _onInput: function () {
      var text = this.input.val().trim();
      this._stop();
      if (text.length < 2) {
        this.asked = '';
        this._close();
        return;
      }
      if (text !== this.asked) {
        this.timer = window.setTimeout(this._onPause, this.options.wait);
      }
    },

    _onPause: function () {
      var self = this;
      var text = this.input.val().trim();
      var query = new URLSearchParams({ q: text });
      if (this.options.kinds) { query.set('kinds', this.options.kinds); }
      this.request = new AbortController();
      window.fetch(this.options.url + '?' + query, { signal: this.request.signal })
        .then(function (answer) { return answer.ok ? answer.json() : { result: [] }; })
        .then(function (answer) { self._show(text, answer.result); })
        .catch(function () { /* stopped, or no network: the box still searches */ });
    },

    _show: function (text, found) {
      var self = this;
      if (!this.input.is(':focus')) { return; }
      this.asked = text;
      this.list.empty();
      found.forEach(function (one, index) {
        var page = self.options.pages[one.kind] || '';
        $('<li role="option" aria-selected="false"></li>')
          .attr({ id: self.id + '-' + index,
            'data-url': page.replace('-name-', encodeURIComponent(one.name)) })
          .append($('<span class="hanoi-suggestion"></span>').text(one.title)
            .append(one.matched ? $('<small></small>').text(' (' + one.matched + ')') : ''))
          .append($('<span class="hanoi-suggestion-kind"></span>').text(self.texts[one.kind]))
          .appendTo(self.list);
      });
      if (!found.length) {
        this._close();
        this.status.text(this._('No suggestions'));
        return;
      }
      this._choose(-1);
      this.list.prop('hidden', false);
      this.input.attr('aria-expanded', 'true');
      this.status.text(this.ngettext('%(num)d suggestion, use the arrow keys',
        '%(num)d suggestions, use the arrow keys', found.length));
    },

    _close: function () {
      if (this.list) {
        this.list.prop('hidden', true);
        this.input.attr('aria-expanded', 'false').removeAttr('aria-activedescendant');
        this.chosen = -1;
      }
    },

    _choose: function (index) {
      var options = this.list.children();
      options.attr('aria-selected', 'false').removeClass('active');
      this.chosen = index;
      if (index < 0) {
        this.input.removeAttr('aria-activedescendant');
        return;
      }
      var option = options.eq(index).attr('aria-selected', 'true').addClass('active');
      this.input.attr('aria-activedescendant', option.attr('id'));
      option[0].scrollIntoView({ block: 'nearest' });
    },

    _onKey: function (event) {
      var open = !this.list.prop('hidden');
      var count = this.list.children().length;
      if (event.key === 'Escape' && open) {
        event.preventDefault();
        this._close();
      } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        if (!count || (!open && this.input.val().trim() !== this.asked)) { return; }
        event.preventDefault();
        this.list.prop('hidden', false);
        this.input.attr('aria-expanded', 'true');
        /* the box itself stands between the last and the first */
        var step = event.key === 'ArrowDown' ? 1 : -1;
        this._choose((this.chosen + 1 + step + count + 1) % (count + 1) - 1);
      } else if (event.key === 'Enter') {
        this._stop();
        if (open && this.chosen >= 0) {
          event.preventDefault();
          this._go(this.list.children().eq(this.chosen));
        }
      }
    },

    _onBlur: function () {
      this._stop();
      this._close();
    },

    _onClick: function (event) { this._go($(event.currentTarget)); },

    _go: function (option) { window.location.assign(option.attr('data-url')); }
  };
});
