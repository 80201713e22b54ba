/* The dataset's form: lists that are searched as Vietnamese people type, and a visibility that
 * follows what was said of the data. Without scripts the form works too: plain lists, and the
 * server keeps the rules.
 */
(function (ckan, jQuery) {
  'use strict';

  /* Lower case, no accents, đ as d: what a person may type for a word of the list. */
  function fold(text) {
    return (text || '').normalize('NFD').replace(/[\u0300-\u036f]/g, '')
      .replace(/[đĐ]/g, 'd').toLowerCase().replace(/[^a-z0-9]+/g, ' ').trim();
  }

  /* Every word that was typed must begin a word of the choice. */
  function matches(haystack, term) {
    var words = ' ' + haystack;
    return fold(term).split(' ').every(function (word) {
      return words.indexOf(' ' + word) >= 0;
    });
  }

  /* Select2 draws boxes that have no name for a screen reader, CKAN's for keywords among them. */
  new MutationObserver(function () {
    jQuery('.select2-selection:not([aria-label])').each(function () {
      var field = jQuery(this).closest('.select2-container').prev('select, input').attr('id');
      var label = jQuery('label[for="' + field + '"]').text().trim();
      jQuery(this).attr('aria-label', label);
    });
  }).observe(document.body, {childList: true, subtree: true});

  ckan.module('hanoi-select', function () {
    return {
      initialize: function () {
        var type = this._('Type to search…');
        var nothing = this._('No matches found');
        var searching = this._('Searching...');
        var known = new WeakMap();
        // coming back with the browser's button, CKAN keeps the list that Select2 drew
        this.el.next('span.select2-container').remove();
        this.el.select2({
          width: '100%',
          placeholder: type,
          allowClear: !this.el.prop('multiple') && this.el.find('option[value=""]').length > 0,
          matcher: function (params, data) {
            if (!(params.term || '').trim() || !data.element) {
              return data;
            }
            if (!known.has(data.element)) {
              known.set(data.element, fold(
                data.text + ' ' + (data.element.getAttribute('data-search') || '')));
            }
            return matches(known.get(data.element), params.term) ? data : null;
          },
          language: {
            noResults: function () { return nothing; },
            searching: function () { return searching; }
          }
        });
      }
    };
  });

  ckan.module('hanoi-visibility', function () {
    return {
      options: {message: ''},

      initialize: function () {
        jQuery.proxyAll(this, /_on/);
        this.form = this.el.closest('form');
        this.note = this.el.siblings('.hanoi-visibility-note');
        this.form.on('change', '[name=sensitivity], [name=personal_data]', this._onChange);
        this._onChange();
      },

      _onChange: function () {
        var sensitivity = this.form.find('[name=sensitivity]').val();
        var personal = this.form.find('[name=personal_data]:checked').val() === 'true';
        var closed = personal || sensitivity === 'core' || sensitivity === 'important';
        this.el.find('option[value=False]').prop('disabled', closed);
        if (closed) {
          this.el.val('True');
        }
        this.note.text(closed ? this.options.message : '');
      }
    };
  });

  /* A file's format, encoding and size are proposed as soon as it is chosen or its address given;
   * what a person has chosen stays. Without scripts the server fills them in when it is saved. */
  ckan.module('hanoi-detect', function () {
    return {
      options: {looking: '', unknown: '', failed: '', found: '{what}', legacy: ''},

      initialize: function () {
        jQuery.proxyAll(this, /_on/);
        this.form = this.el.closest('form');
        this.proposed = {};
        this.asked = 0;
        this.form.on('change', 'input[type=file]', this._onFile);
        this.form.on('change', '[name=url]', this._onAddress);
        // somebody may have been faster than this script
        this._onFile({target: this.form.find('input[type=file]')[0] || {}});
      },

      teardown: function () {
        this.form.off('change', 'input[type=file]', this._onFile);
        this.form.off('change', '[name=url]', this._onAddress);
      },

      _onFile: function (event) {
        var file = event.target.files && event.target.files[0];
        if (file) {
          var data = new FormData();
          data.append('upload', file.slice(0, 65536), file.name);
          data.append('name', file.name);
          data.append('size', file.size);
          this._ask(data);
        }
      },

      _onAddress: function (event) {
        if (event.target.type !== 'hidden' && /^https?:\/\/[^\s/]+/i.test(event.target.value)) {
          var data = new FormData();
          data.append('url', event.target.value);
          this._ask(data);
        }
      },

      _ask: function (data) {
        var number = ++this.asked;
        var answered = this._answered.bind(this);
        this.el.text(this.options.looking);
        jQuery.ajax({
          url: this.sandbox.client.url('/api/3/action/hanoi_resource_detect'),
          type: 'POST', data: data, processData: false, contentType: false
        }).always(function (answer, status) {
          if (number === this.asked) {
            answered(status === 'success' ? answer.result : null);
          }
        }.bind(this));
      },

      _answered: function (found) {
        if (!found || !found.format) {
          this.el.text(found ? this.options.unknown : this.options.failed);
          return;
        }
        ['format', 'encoding', 'size', 'mimetype'].forEach(function (name) {
          this._propose(name, found[name]);
        }, this);
        var parts = [found.format, found.encoding].filter(Boolean).join(', ');
        this.el.text(this.options.found.replace('{what}', parts) +
          (found.legacy ? ' ' + this.options.legacy : ''));
      },

      _propose: function (name, value) {
        var field = this.form.find('#field-' + name);
        var text = value === null || value === undefined ? '' : String(value);
        var now = field.val() || '';
        if (!field.length || (now !== '' && now !== this.proposed[name])) {
          return;
        }
        if (field.is('select') && text && !field.find('option').filter(function () {
          return this.value === text;
        }).length) {
          field.append(jQuery('<option>').val(text).text(text));
        }
        this.proposed[name] = text;
        field.val(text).trigger('change');
      }
    };
  });
})(this.ckan, this.jQuery);
